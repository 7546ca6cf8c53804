import { hourMs } from '@emotion-fleet/observation-store';
import type { Reading, ReadingTools } from './reading.ts';
import type { StaysReading } from './window-reader.ts';
import type { Piece } from './window-sum.ts';

interface PieceReading extends Omit<Reading, 'tools'> {
  readonly tools: Pick<ReadingTools, 'reader' | 'activity'>;
}

/** Everything that counts in the range, in no particular order; a piece never lies across two windows of `stepMs`. */
export async function readPieces(reading: PieceReading, stepMs: number): Promise<readonly Piece[]> {
  const { tools, fleet, place, range } = reading;
  if (stepMs < hourMs) return tools.reader.readMinutes(fleet.stays(place, range), range);
  const [whole, { ends }] = await Promise.all([
    tools.reader.readWhole(place, range, stepMs),
    readStays(reading),
  ]);
  return [...whole, ...ends];
}

/** The stays at the place; of the fleet it is what the privacy gate rests on, too: read once for both. */
export async function readStays({
  tools,
  fleet,
  place,
  range,
}: PieceReading): Promise<StaysReading> {
  return place.kind === 'fleet'
    ? tools.activity.read(fleet, range)
    : tools.reader.readStays(fleet.stays(place, range), range);
}
