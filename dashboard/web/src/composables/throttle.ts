export interface ThrottleOptions {
  readonly run: () => void;
  readonly everyMs: number;
  readonly now?: () => number;
  readonly later?: (task: () => void, delayMs: number) => () => void;
}

export interface Throttled {
  /** Runs now, or as soon as `everyMs` have passed since the last run. */
  call(): void;
  stop(): void;
}

/** At most one run per `everyMs`; calls in between become one run at the end, so that the last news isn't lost. */
export function throttle({
  run,
  everyMs,
  now = Date.now,
  later = (task, delayMs) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
}: ThrottleOptions): Throttled {
  let lastRunMs = Number.NEGATIVE_INFINITY;
  let cancel: (() => void) | undefined;

  function runNow(): void {
    cancel = undefined;
    lastRunMs = now();
    run();
  }

  return {
    call() {
      if (cancel !== undefined) return;
      const waitMs = lastRunMs + everyMs - now();
      if (waitMs <= 0) runNow();
      else cancel = later(runNow, waitMs);
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
