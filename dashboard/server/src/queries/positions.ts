import type { Positions } from '@emotion-fleet/contracts/api';
import { hourMs, type RecordRow } from '@emotion-fleet/observation-store';
import { isoTime } from './query-range.ts';
import type { Reading } from './reading.ts';

const maxPoints = 2_000;

type Point = Positions['points'][number];

/** Face centres of a camera: an even sample of those whose raw rows are still there. */
export async function readPositions(reading: Reading, deviceId: string): Promise<Positions> {
  const { tools, range } = reading;
  const head = { from: isoTime(range.from), to: isoTime(range.to) };
  if (await tools.gate.isHidden(reading)) {
    return { ...head, samples: 0, suppressed: true, points: [] };
  }
  const points = new EvenSample<Point>(maxPoints);
  // Hour by hour, so that memory holds one hour's rows at most.
  const end = Math.min(range.to, tools.clock.now() + hourMs);
  for (const hour of await hoursWithSamples(reading, deviceId)) {
    const from = Math.max(hour, range.from);
    const to = Math.min(hour + hourMs, end);
    if (from >= to) continue;
    const rows = await tools.store.readRecords({ deviceId, from, to, kinds: ['sample'] });
    for (const row of rows) points.add(() => pointOf(row));
  }
  return { ...head, samples: points.seen, suppressed: false, points: [...points.items()] };
}

/** Hours in which the camera saw a face: raw rows are read for these alone. */
async function hoursWithSamples({ tools, range }: Reading, deviceId: string): Promise<number[]> {
  const from = Math.floor(range.from / hourMs) * hourMs;
  const rows = await tools.store.readHours(deviceId, { from, to: range.to });
  return rows
    .filter(({ values }) => Object.values(values.samples).some((count) => count > 0))
    .map(({ windowStart }) => windowStart);
}

function pointOf({ record }: RecordRow): Point {
  if (record.kind !== 'sample') throw new TypeError(`a ${record.kind} has no position`);
  const { face, frame, emotion, observedAt } = record;
  return {
    x: share(face.x + face.width / 2, frame.width),
    y: share(face.y + face.height / 2, frame.height),
    emotion,
    observedAt: isoTime(observedAt),
  };
}

function share(position: number, size: number): number {
  return Math.round(Math.min(1, Math.max(0, position / size)) * 10_000) / 10_000;
}

/** Every n-th of a stream of unknown length: n doubles whenever there would be more than `limit`. */
export class EvenSample<Item> {
  readonly #limit: number;
  #kept: Item[] = [];
  #every = 1;
  #seen = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get seen(): number {
    return this.#seen;
  }

  add(make: () => Item): void {
    if (this.#seen++ % this.#every !== 0) return;
    if (this.#kept.length >= this.#limit) {
      this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
      this.#every *= 2;
      if ((this.#seen - 1) % this.#every !== 0) return;
    }
    this.#kept.push(make());
  }

  items(): readonly Item[] {
    return this.#kept;
  }
}
