import type { Frame } from '../ports.ts';

export interface FrameSlotOptions {
  /** Handles one frame; never rejects. The frame is valid until it resolves. */
  readonly work: (frame: Frame) => Promise<void>;
  /** A waiting frame gave way to a newer one. */
  readonly onDropped: () => void;
}

/**
 * Lets one frame be worked on while one waits: the newest wins. Copies what it is offered, since a camera
 * uses its buffer again; two buffers in all.
 */
export class FrameSlot {
  readonly #options: FrameSlotOptions;
  #spare: Uint8Array[] = [];
  #waiting: Frame | undefined;
  #working: Promise<void> | undefined;
  #isOpen = true;

  constructor(options: FrameSlotOptions) {
    this.#options = options;
  }

  /** True while a frame is worked on. */
  get isBusy(): boolean {
    return this.#working !== undefined;
  }

  offer(frame: Frame): void {
    if (!this.#isOpen) {
      this.#options.onDropped();
      return;
    }
    const replaced = this.#waiting;
    if (replaced !== undefined) {
      this.#spare.push(replaced.data);
      this.#options.onDropped();
    }
    const size = frame.data.length;
    const data = this.#spare.pop();
    const copy = data?.length === size ? data : new Uint8Array(size);
    copy.set(frame.data);
    this.#waiting = { ...frame, data: copy };
    this.#working ??= this.#drain();
  }

  /** Gives up the frame that waits, and keeps no picture; the one in work goes on. */
  clear(): void {
    if (this.#waiting !== undefined) this.#options.onDropped();
    this.#waiting = undefined;
    this.#spare = [];
  }

  /** Takes no more frames, gives up the one that waits, and resolves when the one in work is done. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.clear();
    await this.#working;
  }

  async #drain(): Promise<void> {
    for (let frame = this.#waiting; frame !== undefined; frame = this.#waiting) {
      this.#waiting = undefined;
      await this.#options.work(frame);
      this.#spare.push(frame.data);
    }
    this.#working = undefined;
  }
}
