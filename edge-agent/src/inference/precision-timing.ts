import type { InstalledModel, Precision } from '../../models/index.ts';
import { openInstalledModel } from './model-loader.ts';
import type { SessionOpener } from './model-session.ts';

/** Medians of one pass in milliseconds, and the precision that is the faster one on this machine. */
export interface PrecisionTiming {
  readonly fastest: Precision;
  readonly medianMs: Readonly<Record<Precision, number>>;
}

const warmUpRounds = 2;
const mostRounds = 9;
/** So many are enough where all passes together took this long: the first start waits for them. */
const leastRounds = 3;
const enoughMs = 5_000;

/**
 * Times int8 against fp32 in alternating passes over an empty picture: which one is faster depends on
 * the processor, and the accuracy is the same. Takes nine passes of each, on a slow machine three.
 */
export async function timePrecisions(options: {
  int8: InstalledModel;
  fp32: InstalledModel;
  openSession: SessionOpener;
  nowMs?: () => number;
}): Promise<PrecisionTiming> {
  const { openSession, nowMs = () => performance.now() } = options;
  const shape = options.fp32.card.input.shape;
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const int8 = await openInstalledModel(options.int8, openSession);
  const fp32 = await openInstalledModel(options.fp32, openSession);
  const times: Record<Precision, number[]> = { int8: [], fp32: [] };
  let spentMs = 0;
  for (let round = -warmUpRounds; round < mostRounds; round += 1) {
    if (round >= leastRounds && spentMs >= enoughMs) break;
    for (const [precision, session] of [
      ['int8', int8],
      ['fp32', fp32],
    ] as const) {
      const startedAtMs = nowMs();
      await session.run({ data, shape });
      const elapsedMs = nowMs() - startedAtMs;
      spentMs += elapsedMs;
      if (round >= 0) times[precision].push(elapsedMs);
    }
  }
  await Promise.all([int8.close(), fp32.close()]);
  const medianMs = { int8: medianOf(times.int8), fp32: medianOf(times.fp32) };
  return { fastest: medianMs.fp32 < medianMs.int8 ? 'fp32' : 'int8', medianMs };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
