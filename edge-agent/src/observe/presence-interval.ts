import { faceHeightBinEdgesPx } from '@emotion-fleet/contracts';
import type { Slowdown } from '../pipeline/adaptive-rate.ts';
import type { CameraState, PresenceDraft } from '../ports.ts';

/** What became of a frame; seen = gated + analysed + dropped. */
export type FrameFate = 'gated' | 'analysed' | 'dropped';

/** Sums of one presence record. */
export class PresenceInterval {
  readonly startedAtMs: number;
  #analysedMs = 0;
  readonly #frames = { gated: 0, analysed: 0, dropped: 0 };
  readonly #slowedMs: Record<Slowdown, number> = { late: 0, hot: 0 };
  readonly #stateMs = new Map<CameraState, number>();
  readonly #faceHeights = new Array<number>(faceHeightBinEdgesPx.length + 1).fill(0);

  constructor({ startedAtMs }: { startedAtMs: number }) {
    this.startedAtMs = startedAtMs;
  }

  countFrame(fate: FrameFate): void {
    this.#frames[fate] += 1;
  }

  countFace(heightPx: number): void {
    const bin = faceHeightBinEdgesPx.findIndex((edge) => heightPx < edge);
    this.#faceHeights[bin === -1 ? faceHeightBinEdgesPx.length : bin]! += 1;
  }

  addAnalysed(durationMs: number): void {
    this.#analysedMs += durationMs;
  }

  addState(state: CameraState, durationMs: number): void {
    this.#stateMs.set(state, (this.#stateMs.get(state) ?? 0) + durationMs);
  }

  addSlowed(reason: Slowdown, durationMs: number): void {
    this.#slowedMs[reason] += durationMs;
  }

  /** The record of the interval up to `endMs`; `fallbackState` where it was too short to have one. */
  finish(options: { endMs: number; modelId: string; fallbackState: CameraState }): PresenceDraft {
    const { endMs, modelId, fallbackState } = options;
    const { gated, analysed, dropped } = this.#frames;
    const [lateMs, hotMs] = [Math.round(this.#slowedMs.late), Math.round(this.#slowedMs.hot)];
    const [longest] = [...this.#stateMs].toSorted((a, b) => b[1] - a[1]);
    return {
      kind: 'presence',
      modelId,
      startedAtMs: this.startedAtMs,
      observedAtMs: endMs,
      analysedMs: Math.round(Math.min(this.#analysedMs, endMs - this.startedAtMs)),
      frames: { seen: gated + analysed + dropped, gated, analysed, dropped },
      cameraState: longest?.[0] ?? fallbackState,
      faceHeights: [...this.#faceHeights],
      ...(lateMs + hotMs > 0 && { slowed: { lateMs, hotMs } }),
    };
  }
}
