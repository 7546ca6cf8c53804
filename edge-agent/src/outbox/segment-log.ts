import { encodeSegmentHead } from './frame.ts';
import type { TailFrame } from './memory-tail.ts';
import type { OutboxFiles } from './outbox-files.ts';
import { segmentFileName } from './outbox-state.ts';
import type { Run, Segment } from './run.ts';

export interface SegmentLogOptions {
  readonly files: OutboxFiles;
  /** The current run. */
  readonly run: Run;
  /** A segment is closed at this size, or when its first record is `segmentSpanMs` old. */
  readonly segmentBytes: number;
  readonly segmentSpanMs: number;
}

/** Appends the current run's frames to its segments; what `write` has returned for survives a power cut. */
export class SegmentLog {
  readonly #options: SegmentLogOptions;
  #active: Segment | undefined;
  /** A segment whose last append or sync failed: what stands behind `bytes` in it is undefined. */
  #torn: Segment | undefined;

  constructor(options: SegmentLogOptions) {
    this.#options = options;
  }

  /** True for the segment that the next frame may go into. */
  isActive(segment: Segment): boolean {
    return segment === this.#active;
  }

  /** The next frame begins a new segment. */
  rotate(): void {
    this.#active = undefined;
  }

  /**
   * Writes and syncs the frames, in order. An error leaves those that are not below the run's `syncedSeq` to be
   * written again: the same bytes under the same names.
   */
  async write(frames: readonly TailFrame[]): Promise<void> {
    await this.#repair();
    for (let done = 0; done < frames.length;) {
      const segment = this.#segmentFor(frames[done]!);
      const count = this.#fitting(segment, frames, done);
      await this.#append(segment, frames.slice(done, done + count));
      done += count;
    }
  }

  async #append(segment: Segment, frames: readonly TailFrame[]): Promise<void> {
    const { files, run } = this.#options;
    const head = segment.bytes === 0 ? [encodeSegmentHead(run.runId)] : [];
    const bytes = Buffer.concat([...head, ...frames.map((frame) => frame.bytes)]);
    this.#torn = segment;
    await files.append(segment.name, bytes);
    await files.sync(segment.name);
    this.#torn = undefined;
    if (segment.bytes === 0) run.segments.push(segment);
    segment.bytes += bytes.length;
    segment.endSeq = frames.at(-1)!.seq + 1;
    run.syncedSeq = segment.endSeq;
  }

  async #repair(): Promise<void> {
    const torn = this.#torn;
    if (torn === undefined) return;
    // Nothing of a segment without synced bytes is kept: the next write makes it anew under the same name.
    if (torn.bytes === 0) await this.#options.files.remove(torn.name);
    else await this.#options.files.truncate(torn.name, torn.bytes);
    this.#torn = undefined;
  }

  #segmentFor(frame: TailFrame): Segment {
    const { run, segmentBytes, segmentSpanMs } = this.#options;
    const active = this.#active;
    const fits =
      active !== undefined &&
      active.bytes + frame.bytes.length <= segmentBytes &&
      frame.observedAtMs - active.firstAtMs < segmentSpanMs;
    if (fits) return active;
    this.#active = {
      name: segmentFileName(run.ordinal, frame.seq),
      firstSeq: frame.seq,
      endSeq: frame.seq,
      bytes: 0,
      firstAtMs: frame.observedAtMs,
    };
    return this.#active;
  }

  /** How many frames from `start` on go into the segment; at least one. */
  #fitting(segment: Segment, frames: readonly TailFrame[], start: number): number {
    let bytes = segment.bytes;
    let count = 0;
    for (const frame of frames.slice(start)) {
      bytes += frame.bytes.length;
      if (count > 0 && bytes > this.#options.segmentBytes) break;
      count += 1;
    }
    return count;
  }
}
