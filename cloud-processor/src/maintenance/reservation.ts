import { randomUUID } from 'node:crypto';
import type { ObservationStore } from '@emotion-fleet/observation-store';
import { OperatorError } from '@emotion-fleet/service';

export interface ReservationOptions {
  readonly store: ObservationStore;
  /** Well below what a reservation lasts. */
  readonly renewIntervalMs?: number;
  /** Ends the work between two steps; what is done is done, and the command can be run again. */
  readonly signal?: AbortSignal;
}

/** Asked between two steps of the work. @throws OperatorError `reservation_lost`, `interrupted` */
export type Checkpoint = () => void;

/**
 * Works while the windows are reserved: processors wait. Without it they would write windows in the new epoch that
 * rest on rows which the work hasn't mended yet, and the later offset would win.
 *
 * @throws OperatorError `windows_reserved`, and what a `Checkpoint` throws
 */
export async function withReservation<Result>(
  { store, renewIntervalMs = 15_000, signal }: ReservationOptions,
  work: (checkpoint: Checkpoint) => Promise<Result>,
): Promise<Result> {
  const owner = randomUUID();
  if (!(await store.reserve(owner))) {
    throw new OperatorError(
      'windows_reserved',
      'Another replay, rebuild or erasure is under way, or was killed less than a minute ago; try again when it is done.',
    );
  }
  let lost: unknown;
  const timer = setInterval(() => {
    store.reserve(owner).then(
      (isKept) => (lost = isKept ? undefined : 'taken by another'),
      (error: unknown) => (lost = error),
    );
  }, renewIntervalMs);
  try {
    return await work(() => {
      if (signal?.aborted === true) {
        throw new OperatorError('interrupted', 'Interrupted; run it again to complete it.');
      }
      if (lost !== undefined) {
        const sentence = 'The store could not be kept reserved; run it again.';
        throw new OperatorError('reservation_lost', sentence, { cause: lost });
      }
    });
  } finally {
    clearInterval(timer);
    // Where the store is gone, it goes by itself after a minute.
    await store.release(owner).catch(() => undefined);
  }
}
