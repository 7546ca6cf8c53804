import {
  dayMs,
  floorToDay,
  hourMs,
  type ObservationStore,
  type Scope,
  type ScopeWindowRow,
  type ScopeWindowValues,
  type TimeRange,
} from '@emotion-fleet/observation-store';
import { allDone } from '../record-handler.ts';
import { emptyScopeWindow } from '../recompute.ts';
import { sumScopeHours } from '../scopes/scope-sums.ts';
import { sumSlice } from '../scopes/scope-windows.ts';
import type { SiteHistory } from '../scopes/site-history.ts';
import type { Checkpoint } from './reservation.ts';

export interface ScopeRebuildOptions {
  readonly store: ObservationStore;
  readonly sites: SiteHistory;
  readonly version: number;
}

export interface ScopeRebuildRun {
  /** Whole hours. */
  readonly range: TimeRange;
  readonly partitions: readonly number[];
  /** Leaves out hours of which no scope has a row; for ranges of years. */
  readonly onlyCounted?: boolean;
  readonly checkpoint: Checkpoint;
  readonly onProgress?: (share: number) => void;
}

/** Sums of sites and fleet from the hours of devices, a log partition and a day at a time. */
export class ScopeRebuild {
  readonly #options: ScopeRebuildOptions;

  constructor(options: ScopeRebuildOptions) {
    this.#options = options;
  }

  async run(given: ScopeRebuildRun): Promise<void> {
    const { range, partitions, onlyCounted = false, checkpoint, onProgress } = given;
    const firstDay = floorToDay(range.from);
    const days = Math.ceil((range.to - firstDay) / dayMs);
    for (let index = 0; index < days; index++) {
      checkpoint();
      const day = firstDay + index * dayMs;
      const hours = { from: Math.max(day, range.from), to: Math.min(day + dayMs, range.to) };
      await this.#rebuildDay({ day, hours, partitions, onlyCounted });
      onProgress?.((index + 1) / days);
    }
  }

  async #rebuildDay(given: {
    readonly day: number;
    readonly hours: TimeRange;
    readonly partitions: readonly number[];
    readonly onlyCounted: boolean;
  }): Promise<void> {
    const { day, hours, partitions, onlyCounted } = given;
    const { store, sites } = this.#options;
    const scopes: Scope[] = ['fleet', ...sites.sites().map((id): Scope => `site/${id}`)];
    const stored = new Map<Scope, readonly ScopeWindowRow[]>();
    for (const scope of scopes) {
      stored.set(scope, await store.readScopeHours(scope, { from: day, to: day + dayMs }));
    }
    for (const logPartition of partitions) {
      const byScope = new Map<Scope, Map<number, ScopeWindowValues>>();
      for (const [scope, rows] of stored) {
        const own = rows.filter((row) => row.logPartition === logPartition);
        byScope.set(scope, new Map(own.map((row) => [row.windowStart, row.values])));
      }
      await this.#rebuildPartition({ day, hours, logPartition, byScope, onlyCounted });
    }
  }

  async #rebuildPartition(given: {
    readonly day: number;
    readonly hours: TimeRange;
    readonly logPartition: number;
    /** The day's hours of each scope as they are stored; becomes what they should be. */
    readonly byScope: Map<Scope, Map<number, ScopeWindowValues>>;
    readonly onlyCounted: boolean;
  }): Promise<void> {
    const { store, sites, version } = this.#options;
    const { day, hours, logPartition, byScope, onlyCounted } = given;
    const mark = { logPartition, version };
    const rows: ScopeWindowRow[] = [];
    for (let hour = hours.from; hour < hours.to; hour += hourMs) {
      if (onlyCounted && ![...byScope.values()].some((own) => own.has(hour))) continue;
      const slice = await store.readHourSlice(hour, logPartition);
      const sums =
        slice.length === 0
          ? new Map<Scope, ScopeWindowValues>()
          : sumSlice(new Map(slice.map((row) => [row.deviceId, row.values])), hour, sites);
      for (const [scope, own] of byScope) {
        // A scope that is counted here but has nobody any more keeps an empty row.
        const values = sums.get(scope) ?? (own.has(hour) ? emptyScopeWindow : undefined);
        if (values === undefined) continue;
        own.set(hour, values);
        rows.push({ scope, windowStart: hour, ...mark, values });
      }
    }
    const days = [...byScope].flatMap(([scope, own]): ScopeWindowRow[] => {
      if (own.size === 0) return [];
      const inOrder = [...own].sort(([a], [b]) => a - b).map(([, values]) => values);
      return [{ scope, windowStart: day, ...mark, values: sumScopeHours(inOrder) }];
    });
    await allDone([store.putScopeHours(rows), store.putScopeDays(days)]);
  }
}
