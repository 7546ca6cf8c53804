/**
 * Cuts a byte stream into pictures of a fixed size. The newest complete one wins: a picture that nobody
 * took before the next was complete is overwritten. Two buffers, whatever the stream does.
 */
export class FrameAssembler {
  #filling: Uint8Array;
  #complete: Uint8Array;
  #filled = 0;
  #isWaiting = false;

  constructor({ frameBytes }: { frameBytes: number }) {
    this.#filling = new Uint8Array(frameBytes);
    this.#complete = new Uint8Array(frameBytes);
  }

  /** Adds bytes; returns how many pictures they completed. */
  push(chunk: Uint8Array): number {
    let completed = 0;
    for (let from = 0; from < chunk.length;) {
      const count = Math.min(chunk.length - from, this.#filling.length - this.#filled);
      this.#filling.set(chunk.subarray(from, from + count), this.#filled);
      this.#filled += count;
      from += count;
      if (this.#filled < this.#filling.length) break;
      [this.#filling, this.#complete] = [this.#complete, this.#filling];
      this.#filled = 0;
      this.#isWaiting = true;
      completed += 1;
    }
    return completed;
  }

  /** The newest complete picture that wasn't taken yet; valid until the next `push`. */
  take(): Uint8Array | undefined {
    if (!this.#isWaiting) return undefined;
    this.#isWaiting = false;
    return this.#complete;
  }

  /** Forgets half a picture: the next byte begins a new one. */
  reset(): void {
    this.#filled = 0;
    this.#isWaiting = false;
  }
}
