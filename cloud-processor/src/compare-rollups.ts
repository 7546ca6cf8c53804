import { isDeepStrictEqual } from 'node:util';
import {
  dayMs,
  floorToDay,
  type DeviceRegistry,
  type ObservationStore,
  type RecordRow,
  type Scope,
  type TimeRange,
} from '@emotion-fleet/observation-store';
import { emptyScopeWindow, recomputeRollups, type RecomputedRollups } from './recompute.ts';
import { SiteHistory } from './scopes/site-history.ts';
import { sumWindows } from './windows/window-sums.ts';

export interface CompareOptions {
  readonly store: ObservationStore;
  readonly registry: Pick<DeviceRegistry, 'listAssignments'>;
  readonly sealAfterMs?: number;
}

/** A row that is not what raw rows add up to; one side is undefined where there is no row. */
export interface RollupDifference {
  readonly table: keyof RecomputedRollups;
  readonly key: string;
  readonly stored: unknown;
  readonly recomputed: unknown;
}

/**
 * Recomputes everything from the raw rows of the store and compares it with every window row of the days that
 * they fall in. Empty where all is equal, to the last bit. Devices without raw rows are not looked at.
 */
export async function compareRollups(options: CompareOptions): Promise<RollupDifference[]> {
  const { store, registry, sealAfterMs } = options;
  const records: RecordRow[] = [];
  for await (const row of store.scanRecords()) records.push(row);
  if (records.length === 0) return [];
  const sites = new SiteHistory(await registry.listAssignments());
  const recomputed = await recomputeRollups({
    records,
    sites,
    ...(sealAfterMs === undefined ? {} : { sealAfterMs }),
  });
  const stored = await readStored(store, recomputed);
  const tables = Object.keys(recomputed) as (keyof RecomputedRollups)[];
  return tables.flatMap((table) => differences(table, stored[table], recomputed[table]));
}

type Tables = Record<keyof RecomputedRollups, readonly object[]>;

async function readStored(store: ObservationStore, expected: RecomputedRollups): Promise<Tables> {
  const days = expected.days.map(({ windowStart }) => windowStart);
  const range: TimeRange = {
    from: days.reduce((a, b) => Math.min(a, b)),
    to: days.reduce((a, b) => Math.max(a, b)) + dayMs,
  };
  const devices = new Set(expected.days.map(({ deviceId }) => deviceId));
  const scopes = new Set<Scope>(expected.scopeDays.map(({ scope }) => scope));
  const ofDevices = async <Row>(read: (deviceId: string) => Promise<Row[]>) =>
    (await Promise.all([...devices].map(read))).flat();
  const ofScopes = async <Row>(read: (scope: Scope) => Promise<Row[]>) =>
    (await Promise.all([...scopes].map(read))).flat();
  return {
    minutes: await ofDevices((deviceId) => store.readMinutes(deviceId, range)),
    hours: await ofDevices((deviceId) => store.readHours(deviceId, range)),
    days: await ofDevices((deviceId) => store.readDays(deviceId, range)),
    grids: await ofDevices((deviceId) => store.readGrids(deviceId, range)),
    scopeHours: await ofScopes((scope) => store.readScopeHours(scope, range)),
    scopeDays: await ofScopes((scope) =>
      store.readScopeDays(scope, { ...range, from: floorToDay(range.from) }),
    ),
  };
}

function differences(
  table: keyof RecomputedRollups,
  stored: readonly object[],
  recomputed: readonly object[],
): RollupDifference[] {
  const left = byKey(stored);
  const right = byKey(recomputed);
  const found: RollupDifference[] = [];
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [ours, theirs] = [left.get(key), right.get(key)];
    // A row that says nothing is as good as none: a site at which a device was once counted keeps one, and so
    // does a window that a rebuild found nothing for.
    const isEmpty = theirs === undefined && saysNothing(ours);
    if (!isEmpty && !isDeepStrictEqual(ours, theirs)) {
      found.push({ table, key, stored: ours, recomputed: theirs });
    }
  }
  return found;
}

function saysNothing(said: unknown): boolean {
  return [emptyScopeWindow, sumWindows([]), new Map()].some((one) => isDeepStrictEqual(said, one));
}

/** What a row says, by what it is about. */
function byKey(rows: readonly object[]): Map<string, unknown> {
  return new Map(
    rows.map((row) => {
      const { values, cells, ...about } = row as Record<string, unknown>;
      const key = Object.entries(about)
        .filter(([name]) => name !== 'version')
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(' ');
      return [key, values ?? cells];
    }),
  );
}
