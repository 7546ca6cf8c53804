import type { ByteTarget } from './picture-channel.ts';

/**
 * Cuts a byte stream into pictures of a fixed size. The newest complete one wins: a picture that nobody
 * took before the next was complete is overwritten. Two buffers, whatever the stream does.
 */
export class FrameAssembler implements ByteTarget {
  #filling: Uint8Array;
  #complete: Uint8Array;
  #filled = 0;
  #isWaiting = false;

  constructor({ frameBytes }: { frameBytes: number }) {
    this.#filling = new Uint8Array(frameBytes);
    this.#complete = new Uint8Array(frameBytes);
  }

  /** Where the next bytes belong: no more than the rest of the picture. */
  space(): Uint8Array {
    return this.#filling.subarray(this.#filled);
  }

  filled(count: number): void {
    this.#filled += count;
    if (this.#filled < this.#filling.length) return;
    [this.#filling, this.#complete] = [this.#complete, this.#filling];
    this.#filled = 0;
    this.#isWaiting = true;
  }

  /** A complete picture wasn't taken yet. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** The newest complete picture that wasn't taken yet; valid until the next one is complete. */
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
