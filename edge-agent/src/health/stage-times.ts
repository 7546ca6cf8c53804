export type Stage = 'detect' | 'classify';

/** Medians are over at most this many of the newest measurements. */
const maxSamples = 256;

/** How long the stages of the pipeline took since the last report. */
export class StageTimes {
  readonly #nowMs: () => number;
  readonly #samples: Record<Stage, number[]> = { detect: [], classify: [] };

  constructor({ nowMs }: { nowMs: () => number }) {
    this.#nowMs = nowMs;
  }

  /** Runs a step and notes its time, unless it fails. */
  async measure<T>(stage: Stage, step: () => Promise<T>): Promise<T> {
    const startedAtMs = this.#nowMs();
    const result = await step();
    const samples = this.#samples[stage];
    samples.push(this.#nowMs() - startedAtMs);
    if (samples.length > maxSamples) samples.shift();
    return result;
  }

  /** Median in milliseconds, undefined where nothing was measured; begins anew. */
  takeMedian(stage: Stage): number | undefined {
    const samples = this.#samples[stage].splice(0);
    samples.sort((a, b) => a - b);
    const upper = samples[Math.floor(samples.length / 2)];
    const lower = samples[Math.floor((samples.length - 1) / 2)];
    return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
  }
}
