/** Wakes one waiter; a wake-up that comes first is remembered. */
export class Signal {
  #raised = false;
  #resolve: (() => void) | undefined;

  raise(): void {
    this.#raised = true;
    this.#resolve?.();
  }

  /** Resolves at the next `raise` (or one since the last wait), or after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.#raised && timeoutMs > 0) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        if (timeoutMs !== Infinity) timer = setTimeout(resolve, timeoutMs);
      });
      clearTimeout(timer);
      this.#resolve = undefined;
    }
    this.#raised = false;
  }
}
