import { computed, type ComputedRef } from 'vue';
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router';
import { isUnreadableRange, parseRange, serializeRange, type TimeRange } from '../time/range.ts';

export interface TimeRangeInUrl {
  readonly range: ComputedRef<TimeRange>;
  /** The URL asked for a range that can't be read; the default is shown instead. */
  readonly isUnreadable: ComputedRef<boolean>;
  /** For links that drill down or up: the same range. */
  readonly rangeQuery: ComputedRef<LocationQueryRaw>;
  setRange(range: TimeRange): void;
}

/** The range that the page shows lives in the URL alone, so that a link, a reload and the back button keep it. */
export function useTimeRange(): TimeRangeInUrl {
  const route = useRoute();
  const router = useRouter();
  const range = computed(() => parseRange(route.query));
  return {
    range,
    isUnreadable: computed(() => isUnreadableRange(route.query)),
    rangeQuery: computed(() => queryOf(range.value)),
    setRange(next) {
      void router.push({ query: { ...route.query, ...queryOf(next) } });
    },
  };
}

function queryOf(range: TimeRange): LocationQueryRaw {
  return { ...serializeRange(range) };
}
