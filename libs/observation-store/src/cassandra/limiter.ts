/** Lets a fixed number of calls run at once; the others wait in the order in which they came. */
export class Limiter {
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  readonly #whenIdle: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      // The place goes to the next one without becoming free in between.
      const next = this.#waiting.shift();
      if (next !== undefined) next();
      else if (--this.#running === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    }
  }

  /** Resolves once nothing runs or waits. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }
}

/**
 * Runs all of them, and no more of them once one has failed: those already under way end before this rejects, so
 * that nothing of it is still being written when the caller tries again.
 */
export async function runAll<T>(
  works: readonly { readonly limiter: Limiter; readonly run: () => Promise<T> }[],
): Promise<T[]> {
  const failures: unknown[] = [];
  const results = works.map(({ limiter, run }) =>
    limiter.run(async () => {
      if (failures.length > 0) return [];
      try {
        return [await run()];
      } catch (error) {
        failures.push(error);
        return [];
      }
    }),
  );
  const done = await Promise.all(results);
  if (failures.length > 0) throw failures[0];
  return done.flat();
}
