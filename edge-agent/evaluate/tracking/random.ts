import { seededUnit } from '../../src/capture/seeded-random.ts';

/** Random numbers that depend on a seed alone. */
export class Random {
  readonly #seed: number;
  #step = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** In [0, 1). */
  unit(): number {
    return seededUnit({ seed: this.#seed, step: this.#step++ });
  }

  between(from: number, to: number): number {
    return from + (to - from) * this.unit();
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** Box-Muller, cut at three deviations: no walker runs and none stands. */
  normal(mean: number, deviation: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.unit()));
    const value = radius * Math.cos(2 * Math.PI * this.unit());
    return mean + deviation * Math.max(-3, Math.min(3, value));
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.unit());
  }

  /** Times of a Poisson process. */
  arrivals(meanIntervalMs: number, untilMs: number): number[] {
    const times: number[] = [];
    for (let atMs = this.exponential(meanIntervalMs); atMs < untilMs;) {
      times.push(atMs);
      atMs += this.exponential(meanIntervalMs);
    }
    return times;
  }
}
