/** Ends what was begun, the last first, once, also at Ctrl-C. */
export class Cleanup {
  readonly #works: (() => Promise<void> | void)[] = [];
  #running: Promise<void> | undefined;

  add(work: () => Promise<void> | void): void {
    this.#works.push(work);
  }

  /** The first signal ends everything and then this process; one more than a second later ends it at once. */
  onSignal(): void {
    let firstAt: number | undefined;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        firstAt ??= performance.now();
        if (performance.now() - firstAt > 1_000) process.exit(130);
        void this.run().finally(() => process.exit(130));
      });
    }
  }

  run(): Promise<void> {
    return (this.#running ??= this.#run());
  }

  async #run(): Promise<void> {
    for (let work = this.#works.pop(); work !== undefined; work = this.#works.pop()) {
      try {
        await work();
      } catch (error) {
        process.stderr.write(`not ended cleanly: ${String(error)}\n`);
      }
    }
  }
}
