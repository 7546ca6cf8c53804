import type { Frame } from '../ports.ts';
import { CameraView, type ViewState } from './camera-view.ts';
import { emptyThumbnail, fillThumbnail, type LumaThumbnail } from './luma-thumbnail.ts';
import { hasMotion } from './motion.ts';

/** After the last motion: three detections over a second confirm someone who came and now stands. */
const settleMs = 1_500;
/** Someone who stands still goes on being sampled: with frames each 200 ms, an analysis each 2 s. */
const heartbeatMs = 1_800;

export interface GateVerdict {
  /** Worth analysing; otherwise the frame stops here. */
  readonly isWanted: boolean;
  readonly cameraState: ViewState;
  /** The picture was usable: time that it stands for counts as watched, still scenes included. */
  readonly isUsable: boolean;
}

/** Stops the frames that can't show anything new. */
export class FrameGate {
  readonly #view = new CameraView();
  #current: LumaThumbnail = emptyThumbnail();
  #reference: LumaThumbnail | undefined;
  #lastMotionAtMs = -Infinity;
  #lastAcceptedAtMs = -Infinity;
  #currentAtMs = 0;

  /** When a picture last differed from the one analysed before it. */
  get lastMotionAtMs(): number {
    return this.#lastMotionAtMs;
  }

  /** Looks at a frame; call `accept` if it is analysed. */
  look({ frame, hasTracks }: { frame: Frame; hasTracks: boolean }): GateVerdict {
    const nowMs = frame.capturedAtMs;
    this.#currentAtMs = nowMs;
    fillThumbnail({ frame, target: this.#current });
    const { state, isUsable } = this.#view.judge({ thumbnail: this.#current, nowMs });
    if (!isUsable) return { isWanted: false, cameraState: state, isUsable };
    const reference = this.#reference;
    // Against the last *analysed* picture, so that what creeps adds up until it counts.
    if (reference === undefined || hasMotion({ from: reference, to: this.#current })) {
      this.#lastMotionAtMs = nowMs;
    }
    const isSettling = nowMs - this.#lastMotionAtMs <= settleMs;
    const isHeartbeat = hasTracks && nowMs - this.#lastAcceptedAtMs >= heartbeatMs;
    return { isWanted: isSettling || isHeartbeat, cameraState: state, isUsable };
  }

  /** The frame that was looked at last goes on: later ones are compared with it. */
  accept(): void {
    const old = this.#reference ?? emptyThumbnail();
    this.#reference = this.#current;
    this.#current = old;
    this.#lastAcceptedAtMs = this.#currentAtMs;
  }
}
