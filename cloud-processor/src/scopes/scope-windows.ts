import {
  dayMs,
  floorToDay,
  hourMs,
  type DeviceHourRow,
  type ObservationStore,
  type Scope,
  type ScopeWindowRow,
  type ScopeWindowValues,
  type WindowValues,
} from '@emotion-fleet/observation-store';
import { LruMap } from '../lru-map.ts';
import type { BatchMark } from '../windows/device-windows.ts';
import type { SiteDirectory } from './site-directory.ts';
import type { SiteHistory } from './site-history.ts';
import { sumDeviceHours, sumScopeHours } from './scope-sums.ts';

export interface ScopeWindowsOptions {
  readonly store: ObservationStore;
  readonly sites: SiteDirectory;
  readonly limits: ScopeCacheLimits;
}

/** Bounds of the caches of one log partition; see `WindowCacheLimits`. */
export interface ScopeCacheLimits {
  readonly idleMs: number;
  /** Hours of devices, over all hours. */
  readonly scopeHours: number;
  /** Days of scopes. */
  readonly scopeDays: number;
}

export interface ScopeChange {
  readonly hours: readonly ScopeWindowRow[];
  readonly days: readonly ScopeWindowRow[];
}

interface HourSlice {
  /** Values of all devices of the partition in the hour; new ones are another object. */
  readonly devices: Map<string, WindowValues>;
  /** What each scope's last row was the sum of. */
  readonly written: Map<Scope, readonly WindowValues[]>;
}

type ScopeDay = (ScopeWindowValues | undefined)[];

/**
 * One log partition's share of the windows of sites and fleet.
 *
 * A batch touches few of the partition's sites, and the others are not written again. What is remembered of them
 * holds, since whoever sees a batch fail throws the whole object away; a new one writes each scope once.
 */
export class ScopeWindows {
  readonly #options: ScopeWindowsOptions;
  readonly #slices = new LruMap<number, HourSlice>();
  readonly #days = new LruMap<string, ScopeDay>();

  constructor(options: ScopeWindowsOptions) {
    this.#options = options;
  }

  /** Gives every scope window that these hours of devices touch, or that an assignment has changed. */
  async apply(touched: readonly DeviceHourRow[], mark: BatchMark): Promise<ScopeChange> {
    const history = await this.#options.sites.current(touched.map(({ deviceId }) => deviceId));
    for (const cache of [this.#slices, this.#days]) cache.advance(mark.logTime);
    const { version, logPartition } = mark;
    const hours: ScopeWindowRow[] = [];
    for (const [hour, rows] of Map.groupBy(touched, ({ windowStart }) => windowStart)) {
      const slice = await this.#loadSlice(hour, logPartition);
      for (const { deviceId, values } of rows) slice.devices.set(deviceId, values);
      for (const [scope, devices] of devicesByScope(slice.devices, hour, history)) {
        if (isSame(slice.written.get(scope), devices)) continue;
        slice.written.set(scope, devices);
        const values = sumDeviceHours(devices);
        hours.push({ scope, windowStart: hour, version, logPartition, values });
      }
    }
    const days = await this.#sumDays(hours);
    this.#trim();
    return { hours, days };
  }

  async #sumDays(hours: readonly ScopeWindowRow[]): Promise<ScopeWindowRow[]> {
    const touched = new Map<ScopeDay, Omit<ScopeWindowRow, 'values'>>();
    for (const { values, ...row } of hours) {
      const windowStart = floorToDay(row.windowStart);
      const day = await this.#loadDay(row.scope, windowStart, row.logPartition);
      day[(row.windowStart - windowStart) / hourMs] = values;
      touched.set(day, { ...row, windowStart });
    }
    return [...touched].map(([day, row]) => ({ ...row, values: sumScopeHours(day) }));
  }

  #trim(): void {
    const { idleMs, scopeHours, scopeDays } = this.#options.limits;
    let held = this.#slices.sum(({ devices }) => devices.size);
    this.#slices.trim(
      { idleMs, isTooMuch: () => held > scopeHours },
      (_hour, { devices }) => (held -= devices.size),
    );
    this.#days.trim({ idleMs, isTooMuch: (size) => size > scopeDays });
  }

  async #loadSlice(hour: number, logPartition: number): Promise<HourSlice> {
    let slice = this.#slices.get(hour);
    if (slice === undefined) {
      const rows = await this.#options.store.readHourSlice(hour, logPartition);
      const devices = new Map(rows.map(({ deviceId, values }) => [deviceId, values]));
      slice = { devices, written: new Map() };
      this.#slices.set(hour, slice);
    }
    return slice;
  }

  async #loadDay(scope: Scope, from: number, logPartition: number): Promise<ScopeDay> {
    const key = `${scope}@${from}`;
    let day = this.#days.get(key);
    if (day === undefined) {
      day = new Array<ScopeWindowValues | undefined>(dayMs / hourMs).fill(undefined);
      const rows = await this.#options.store.readScopeHours(scope, { from, to: from + dayMs });
      for (const row of rows) {
        if (row.logPartition !== logPartition) continue;
        day[(row.windowStart - from) / hourMs] = row.values;
      }
      this.#days.set(key, day);
    }
    return day;
  }
}

/** The fleet and each site of an hour, see `devicesByScope`. */
export function sumSlice(
  slice: ReadonlyMap<string, WindowValues>,
  hour: number,
  history: SiteHistory,
): Map<Scope, ScopeWindowValues> {
  const scopes = devicesByScope(slice, hour, history);
  return new Map([...scopes].map(([scope, devices]) => [scope, sumDeviceHours(devices)]));
}

/**
 * Whose hours make up the fleet's and each site's, in order of device ids. A site that one of the devices stood at in
 * another hour comes along, empty perhaps: an assignment changed for this hour must not leave the device counted at
 * both.
 */
function devicesByScope(
  slice: ReadonlyMap<string, WindowValues>,
  hour: number,
  history: SiteHistory,
): Map<Scope, WindowValues[]> {
  const scopes = new Map<Scope, WindowValues[]>([['fleet', []]]);
  const inOrder = [...slice].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [deviceId, values] of inOrder) {
    scopes.get('fleet')!.push(values);
    for (const siteId of history.sitesOf(deviceId)) {
      const scope: Scope = `site/${siteId}`;
      if (!scopes.has(scope)) scopes.set(scope, []);
    }
    const siteId = history.siteAt(deviceId, hour);
    if (siteId !== undefined) scopes.get(`site/${siteId}`)!.push(values);
  }
  return scopes;
}

function isSame(
  before: readonly WindowValues[] | undefined,
  now: readonly WindowValues[],
): boolean {
  return before?.length === now.length && now.every((values, index) => values === before[index]);
}
