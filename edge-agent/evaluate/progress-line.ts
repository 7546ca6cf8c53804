/** A line for each step at its end and, in long steps, each ten seconds. */
export class ProgressLine {
  readonly #stream: { write(text: string): unknown };
  readonly #nowMs: () => number;
  #shownAtMs = 0;

  constructor(options: { stream: { write(text: string): unknown }; nowMs: () => number }) {
    this.#stream = options.stream;
    this.#nowMs = options.nowMs;
  }

  show(step: string, done: number, total: number): void {
    const nowMs = this.#nowMs();
    if (done < total && nowMs - this.#shownAtMs < 10_000) return;
    this.#shownAtMs = nowMs;
    this.#stream.write(`${step}: ${done} of ${total}\n`);
  }
}
