/** Lets loops sleep until something has changed, without missing a change that comes before they sleep. */
export class Wakeup {
  #version = 0;
  #sleepers: (() => void)[] = [];

  get version(): number {
    return this.#version;
  }

  notify(): void {
    this.#version += 1;
    for (const wake of this.#sleepers.splice(0)) wake();
  }

  /** Resolves at the next `notify`, or at once where there was one since `version` was read. */
  async after(version: number): Promise<void> {
    if (version !== this.#version) return;
    await new Promise<void>((resolve) => this.#sleepers.push(resolve));
  }
}
