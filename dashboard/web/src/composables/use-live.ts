import { useDocumentVisibility, useIntervalFn } from '@vueuse/core';
import { onScopeDispose, watch } from 'vue';
import { useApp } from '../app-context.ts';
import { throttle } from './throttle.ts';

export interface LiveRefreshOptions {
  readonly refresh: () => unknown;
  /** Which devices the figures are about; all where it isn't given. */
  readonly concerns?: (deviceId: string) => boolean;
  /** At most one refetch per this time while news keep coming. */
  readonly everyMs: number;
}

/** Without any news figures are fetched this often all the same: the range moves, and a stream may be lost. */
const idleRefreshMs = 30_000;

/** Refetches when the server says that figures are stale. A page that nobody looks at waits until it is seen again. */
export function useLive({ refresh, concerns = () => true, everyMs }: LiveRefreshOptions): void {
  const { live } = useApp();
  const visibility = useDocumentVisibility();
  const throttled = throttle({ run: () => void refresh(), everyMs });
  const refreshIfSeen = () => {
    if (visibility.value === 'visible') throttled.call();
  };
  let wasLost = false;
  const stops = [
    live.onState((state) => {
      // What changed while there was no stream was never announced.
      if (state === 'open' && wasLost) refreshIfSeen();
      wasLost = state === 'lost' || (wasLost && state !== 'open');
    }),
    live.on('changed', ({ deviceIds }) => {
      if (deviceIds?.some(concerns) ?? true) refreshIfSeen();
    }),
    live.on('status', ({ deviceId }) => {
      if (concerns(deviceId)) refreshIfSeen();
    }),
  ];
  useIntervalFn(refreshIfSeen, idleRefreshMs);
  watch(visibility, refreshIfSeen);
  onScopeDispose(() => {
    throttled.stop();
    for (const stop of stops) stop();
  });
}
