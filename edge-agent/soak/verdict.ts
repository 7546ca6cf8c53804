/** One look at the agent's process. */
export interface SoakSample {
  /** Since the agent's start. */
  readonly atMs: number;
  /**
   * Memory without a file behind it, in RAM or swapped out: the kernel can't take it back, as it does with the pages of
   * programs and libraries whenever it likes.
   */
  readonly anonymousBytes: number;
  readonly rssBytes: number;
  readonly descriptors: number;
}

/** Growth with its 95 % interval, in the unit of the values per hour. */
export interface Slope {
  readonly perHour: number;
  readonly low: number;
  readonly high: number;
}

export interface Verdict {
  readonly passed: boolean;
  readonly sentence: string;
}

const blockCount = 10;
/** 97.5 % quantile of Student's t with 8 degrees of freedom: ten blocks, two parameters. */
const studentT = 2.306;
const hourMs = 3_600_000;
/**
 * What an agent without a leak still grows by after the warm-up, in MB: between heap snapshots 65 s apart only compiled
 * code and its feedback had grown. A run can't tell a leak that stays below it, so a longer run sees smaller ones.
 */
const settlingMegabytes = 2;
/** Linux adds up a process's pages for each processor apart, 32 at a time: two of them can be off by this. */
const countingMegabytes = 0.25;
export const maxFrameAgeMs = 1_000;

/**
 * The least-squares line through the medians of ten blocks of neighbouring values. Memory wanders: neighbouring
 * samples are nearly the same sample, and an interval that took them for independent would be far too narrow.
 * Undefined for fewer than 20 samples.
 */
export function slopeOf(
  points: readonly { readonly atMs: number; readonly value: number }[],
): Slope | undefined {
  if (points.length < 2 * blockCount) return undefined;
  const blocks = Array.from({ length: blockCount }, (_, index) => {
    const bound = (at: number) => Math.floor((at * points.length) / blockCount);
    const block = points.slice(bound(index), bound(index + 1));
    return {
      x: median(block.map(({ atMs }) => atMs)) / hourMs,
      y: median(block.map(({ value }) => value)),
    };
  });
  const meanX = mean(blocks.map(({ x }) => x));
  const meanY = mean(blocks.map(({ y }) => y));
  const spread = sum(blocks.map(({ x }) => (x - meanX) ** 2));
  const perHour = sum(blocks.map(({ x, y }) => (x - meanX) * (y - meanY))) / spread;
  const residual = sum(blocks.map(({ x, y }) => (y - meanY - perHour * (x - meanX)) ** 2));
  const margin = studentT * Math.sqrt(residual / (blockCount - 2) / spread);
  return { perHour, low: perHour - margin, high: perHour + margin };
}

/** Fails where the memory grows by more than its noise and, unless the agent is interpreted, late compilation explain. */
export function judgeMemory(
  samples: readonly SoakSample[],
  { isInterpreted = false }: { readonly isInterpreted?: boolean } = {},
): Verdict & { slope?: Slope } {
  const slope = slopeOf(
    samples.map(({ atMs, anonymousBytes }) => ({ atMs, value: anonymousBytes / 1e6 })),
  );
  if (slope === undefined) return { passed: false, sentence: 'Too few samples of the memory.' };
  const { perHour, low, high } = slope;
  const range = `${perHour.toFixed(2)} MB/h (${low.toFixed(2)} to ${high.toFixed(2)})`;
  if (low <= 0) return { passed: true, sentence: `Zero within its noise: ${range}.`, slope };
  const hours = (samples.at(-1)!.atMs - samples[0]!.atMs) / hourMs;
  const allowance = isInterpreted ? countingMegabytes : settlingMegabytes;
  if (low * hours > allowance) return { passed: false, sentence: `It grows: ${range}.`, slope };
  const reason = isInterpreted ? "that the kernel's count is off" : 'of late compilation';
  const sentence = `No more than the ${allowance} MB ${reason}; a longer run tells: ${range}.`;
  return { passed: true, sentence, slope };
}

/** Fails where the later half of the run has more of them open than the earlier one. */
export function judgeDescriptors(samples: readonly SoakSample[]): Verdict {
  const half = Math.floor(samples.length / 2);
  if (half === 0) return { passed: false, sentence: 'Too few samples of the descriptors.' };
  const before = median(samples.slice(0, half).map(({ descriptors }) => descriptors));
  const after = median(samples.slice(half).map(({ descriptors }) => descriptors));
  return {
    passed: after <= before,
    sentence: `Descriptors: ${before} in the first half, ${after} in the second.`,
  };
}

/** Fails where an old frame was analysed, or none at all. */
export function judgeFrames(frames: { analysed: number; oldestMs: number }): Verdict {
  const { analysed, oldestMs } = frames;
  return {
    passed: analysed > 0 && oldestMs <= maxFrameAgeMs,
    sentence: `${analysed} frames analysed, the oldest after ${oldestMs.toFixed(0)} ms.`,
  };
}

/** Fails where a record that others of its run have overtaken never came, or none came at all. */
export function judgeRecords(runs: ReadonlyMap<string, ReadonlySet<number>>): Verdict {
  let [came, missing] = [0, 0];
  for (const seqs of runs.values()) {
    came += seqs.size;
    missing += Math.max(...[...seqs].slice(-200)) + 1 - seqs.size;
  }
  const ofRuns = runs.size > 1 ? ` of ${runs.size} runs` : '';
  return {
    passed: came > 0 && missing === 0,
    sentence: `${came} records${ofRuns} came, ${missing} are missing.`,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
