import type { Range } from './range-set.ts';

export interface TailFrame {
  readonly seq: number;
  /** Monotonic ms of the current run. */
  readonly observedAtMs: number;
  readonly bytes: Buffer;
}

export interface LostRange extends Range {
  readonly fromAtMs: number;
  readonly toAtMs: number;
}

export interface MemoryTailOptions {
  readonly maxBytes: number;
}

/**
 * Frames that are not yet on disk. When the disk doesn't take them and the room is used up, the newest records are
 * lost: what came first stays, and the one range that is lost is declared when there is room again.
 */
export class MemoryTail {
  readonly #maxBytes: number;
  #frames: TailFrame[] = [];
  #bytes = 0;
  #lost: LostRange | undefined;

  constructor({ maxBytes }: MemoryTailOptions) {
    this.#maxBytes = maxBytes;
  }

  get frames(): readonly TailFrame[] {
    return this.#frames;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get lost(): LostRange | undefined {
    return this.#lost;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#bytes + bytes <= this.#maxBytes;
  }

  /** Gap records come in beyond the limit: the outbox makes only a bounded number of them at a time. */
  push(frame: TailFrame): void {
    this.#frames.push(frame);
    this.#bytes += frame.bytes.length;
  }

  lose(seq: number, observedAtMs: number): void {
    this.#lost =
      this.#lost === undefined
        ? { from: seq, end: seq + 1, fromAtMs: observedAtMs, toAtMs: observedAtMs }
        : { ...this.#lost, end: seq + 1, toAtMs: Math.max(this.#lost.toAtMs, observedAtMs) };
  }

  takeLost(): LostRange | undefined {
    const lost = this.#lost;
    this.#lost = undefined;
    return lost;
  }

  /** Drops the frames below `seq`: they are on disk. */
  dropBelow(seq: number): void {
    this.#frames = this.#frames.filter((frame) => frame.seq >= seq);
    this.#bytes = this.#frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
  }
}
