import type { Summary, Timeline } from '@emotion-fleet/contracts/api';
import { computed, type ComputedRef } from 'vue';
import type { RangeCall } from '../api/client.ts';
import { scopePath, type Scope } from '../api/scope.ts';
import { useApp } from '../app-context.ts';
import { resolveRange, serializeRange, type Span } from '../time/range.ts';
import { useFetched, type Fetched } from './use-fetched.ts';
import { useLive } from './use-live.ts';
import { useTimeRange } from './use-time-range.ts';

export interface RangedOptions<T> {
  /** Names the request; with the range it is its key. */
  readonly name: string;
  readonly load: (call: Required<RangeCall>) => Promise<T>;
  readonly concerns?: (deviceId: string) => boolean;
  readonly everyMs: number;
}

/** An answer about the range in the URL that stays fresh. */
export function useRanged<T>({ name, load, concerns, everyMs }: RangedOptions<T>): Fetched<T> {
  const { range } = useTimeRange();
  const fetched = useFetched({
    key: () => `${name} ${JSON.stringify(serializeRange(range.value))}`,
    load: (signal) => load({ span: resolveRange(range.value, Date.now()), signal }),
  });
  useLive({ refresh: fetched.refresh, everyMs, ...(concerns === undefined ? {} : { concerns }) });
  return fetched;
}

export interface ScopeData {
  readonly summary: Fetched<Summary>;
  readonly timeline: Fetched<Timeline>;
  /** The time that the figures on the page are about; undefined before there are any. */
  readonly span: ComputedRef<Span | undefined>;
  readonly exportUrl: ComputedRef<string>;
}

const summaryEveryMs = 3_000;
const timelineEveryMs = 5_000;

/** What the pages of fleet, site and camera have in common. */
export function useScopeData(
  scope: Scope,
  options: { concerns?: (deviceId: string) => boolean } = {},
): ScopeData {
  const { api } = useApp();
  const { range } = useTimeRange();
  const path = scopePath(scope);
  const summary = useRanged({
    name: `${path} summary`,
    load: (call) => api.summary(scope, call),
    everyMs: summaryEveryMs,
    ...options,
  });
  const timeline = useRanged({
    name: `${path} timeline`,
    load: (call) => api.timeline(scope, call),
    everyMs: timelineEveryMs,
    ...options,
  });
  const span = computed(() => {
    const shown = summary.isStale.value ? undefined : summary.data.value;
    return shown && { fromMs: Date.parse(shown.from), toMs: Date.parse(shown.to) };
  });
  // What is downloaded is what is shown: of a moving range the time that the figures are about.
  const exportUrl = computed(() =>
    api.exportUrl(scope, span.value ?? resolveRange(range.value, Date.now())),
  );
  return { summary, timeline, span, exportUrl };
}
