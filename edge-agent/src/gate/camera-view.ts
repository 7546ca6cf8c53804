import type { CameraState } from '../ports.ts';
import type { LumaThumbnail } from './luma-thumbnail.ts';

/** What a picture alone can say about its camera. */
export type ViewState = Extract<CameraState, 'ok' | 'covered' | 'dark' | 'frozen'>;

/**
 * A hand, tape or a wall of fog shows nothing: the cells are all alike, whatever the brightness. The
 * emptiest corners of a furnished room still have a standard deviation above 5 levels.
 */
const coveredDeviation = 3;
/** Night: 95 of 100 cells below 36 levels, which is 9 % of the way from black (16) to white (235). */
const darkLevel = 36;
const darkShare = 0.95;
/**
 * No two pictures of a living sensor are equal in all 4,800 means. Films and screens do stand still for
 * a while: from `suspectAfterMs` on the time isn't counted as watched, from `frozenAfterMs` on we say so.
 */
const suspectAfterMs = 2_000;
const frozenAfterMs = 20_000;
/** One odd picture is no state: someone walks past the lens. */
const holdMs = 1_000;

export interface ViewJudgement {
  readonly state: ViewState;
  /** The picture shows something that is worth looking at now. */
  readonly isUsable: boolean;
}

/** Follows what a camera's pictures show; a state counts once it has held for a second. */
export class CameraView {
  #state: ViewState = 'ok';
  #candidate: ViewState = 'ok';
  #candidateSinceMs = 0;
  #last: LumaThumbnail | undefined;
  #lastChangedAtMs = 0;

  judge({ thumbnail, nowMs }: { thumbnail: LumaThumbnail; nowMs: number }): ViewJudgement {
    const seen = this.#look(thumbnail, nowMs);
    if (seen !== this.#candidate) {
      this.#candidate = seen;
      this.#candidateSinceMs = nowMs;
    }
    if (nowMs - this.#candidateSinceMs >= holdMs) this.#state = this.#candidate;
    const isSuspect = nowMs - this.#lastChangedAtMs >= suspectAfterMs;
    return { state: this.#state, isUsable: this.#state === 'ok' && seen === 'ok' && !isSuspect };
  }

  #look(thumbnail: LumaThumbnail, nowMs: number): ViewState {
    if (this.#last === undefined || !areEqual(thumbnail, this.#last)) {
      // Copied into the same memory: a new array for each frame would keep the collector busy.
      this.#last ??= new Float32Array(thumbnail.length);
      this.#last.set(thumbnail);
      this.#lastChangedAtMs = nowMs;
    }
    if (nowMs - this.#lastChangedAtMs >= frozenAfterMs) return 'frozen';
    const { deviation, darkCells } = describeBrightness(thumbnail);
    if (deviation < coveredDeviation) return 'covered';
    return darkCells >= darkShare ? 'dark' : 'ok';
  }
}

/** Standard deviation in luma levels, and the share of cells below `darkLevel`. */
function describeBrightness(thumbnail: LumaThumbnail): {
  deviation: number;
  darkCells: number;
} {
  let sum = 0;
  let squares = 0;
  let dark = 0;
  for (const cell of thumbnail) {
    sum += cell;
    squares += cell * cell;
    if (cell < darkLevel) dark += 1;
  }
  const count = thumbnail.length;
  const mean = sum / count;
  return {
    deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)),
    darkCells: dark / count,
  };
}

function areEqual(one: LumaThumbnail, other: LumaThumbnail): boolean {
  for (let cell = 0; cell < one.length; cell += 1) {
    if (one[cell] !== other[cell]) return false;
  }
  return true;
}
