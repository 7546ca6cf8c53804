import { logPartitions, outboxMaxAgeMs } from '@emotion-fleet/contracts';
import { partitionOf } from '@emotion-fleet/event-log';
import {
  floorToDay,
  floorToHour,
  floorToMinute,
  recordTime,
  type DeviceHourRow,
  type DeviceWindowRow,
  type GridRow,
  type RecordRow,
  type ScopeWindowRow,
} from '@emotion-fleet/observation-store';
import { sumDeviceHours, sumScopeHours } from './scopes/scope-sums.ts';
import { sumSlice } from './scopes/scope-windows.ts';
import type { SiteHistory } from './scopes/site-history.ts';
import { addCells, toGrid } from './windows/grid-cells.ts';
import { MinuteState } from './windows/minute-state.ts';
import { sumWindows } from './windows/window-sums.ts';

export interface RecomputeOptions {
  /** Raw rows in any order, repetitions allowed; for example `store.scanRecords()`. */
  readonly records: AsyncIterable<RecordRow> | Iterable<RecordRow>;
  readonly sites: SiteHistory;
  readonly sealAfterMs?: number;
}

/** Everything that rests on raw rows alone. Rows carry no version: they were never written. */
export interface RecomputedRollups {
  readonly minutes: readonly Unversioned<DeviceWindowRow>[];
  readonly hours: readonly Unversioned<DeviceHourRow>[];
  readonly days: readonly Unversioned<DeviceWindowRow>[];
  readonly scopeHours: readonly Unversioned<ScopeWindowRow>[];
  readonly scopeDays: readonly Unversioned<ScopeWindowRow>[];
  readonly grids: readonly Unversioned<GridRow>[];
}
type Unversioned<Row> = Omit<Row, 'version'>;
type Minute = Unversioned<DeviceWindowRow> & { readonly state: MinuteState };

/**
 * Computes all windows, scope sums and grids from raw rows, with no cache, no batches and no order: what the
 * incremental way has to equal to the last bit.
 */
export async function recomputeRollups(options: RecomputeOptions): Promise<RecomputedRollups> {
  const minutes = await sumMinutes(options);
  const hours = hoursOf(minutes);
  const days = groupInOrder(hours, (hour) => windowKey(hour, floorToDay)).map((ofDay) => ({
    deviceId: ofDay[0]!.deviceId,
    windowStart: floorToDay(ofDay[0]!.windowStart),
    values: sumWindows(ofDay.map(({ values }) => values)),
  }));
  const scopeHours = scopeHoursOf(hours, options.sites);
  const scopeDays = groupInOrder(
    scopeHours,
    (row) => `${row.scope}/${row.logPartition}/${floorToDay(row.windowStart)}`,
  ).map((ofDay) => ({
    scope: ofDay[0]!.scope,
    windowStart: floorToDay(ofDay[0]!.windowStart),
    logPartition: ofDay[0]!.logPartition,
    values: sumScopeHours(ofDay.map(({ values }) => values)),
  }));
  return {
    minutes: minutes.map(({ deviceId, windowStart, values }) => ({
      deviceId,
      windowStart,
      values,
    })),
    hours,
    days,
    scopeHours,
    scopeDays,
    grids: gridsOf(minutes),
  };
}

/** Minutes in order of time. */
async function sumMinutes({ records, sealAfterMs }: RecomputeOptions): Promise<Minute[]> {
  const minutes = new Map<string, Omit<Minute, 'values'>>();
  for await (const row of records) {
    const { deviceId } = row;
    const windowStart = floorToMinute(recordTime(row.record));
    const key = `${deviceId}/${windowStart}`;
    let minute = minutes.get(key);
    if (minute === undefined) {
      minutes.set(key, (minute = { deviceId, windowStart, state: new MinuteState() }));
    }
    minute.state.merge(row, sealAfterMs ?? outboxMaxAgeMs);
  }
  return [...minutes.values()]
    .map((minute) => ({ ...minute, values: minute.state.sums.values() }))
    .sort((a, b) => a.windowStart - b.windowStart);
}

function hoursOf(minutes: readonly Minute[]): Unversioned<DeviceHourRow>[] {
  return groupInOrder(minutes, (minute) => windowKey(minute, floorToHour)).map((ofHour) => ({
    deviceId: ofHour[0]!.deviceId,
    windowStart: floorToHour(ofHour[0]!.windowStart),
    logPartition: partitionOf(ofHour[0]!.deviceId, logPartitions),
    values: sumWindows(ofHour.map(({ values }) => values)),
  }));
}

function gridsOf(minutes: readonly Minute[]): Unversioned<GridRow>[] {
  return groupInOrder(minutes, (minute) => windowKey(minute, floorToHour))
    .map((ofHour) => ({
      deviceId: ofHour[0]!.deviceId,
      hour: floorToHour(ofHour[0]!.windowStart),
      cells: toGrid(addCells(ofHour.map(({ state }) => state.sums.cells))),
    }))
    .filter(({ cells }) => cells.size > 0);
}

function scopeHoursOf(
  hours: readonly Unversioned<DeviceHourRow>[],
  sites: SiteHistory,
): Unversioned<ScopeWindowRow>[] {
  const slices = groupInOrder(hours, (row) => `${row.windowStart}/${row.logPartition}`);
  return slices.flatMap((slice) => {
    const { windowStart, logPartition } = slice[0]!;
    const byDevice = new Map(slice.map(({ deviceId, values }) => [deviceId, values]));
    return [...sumSlice(byDevice, windowStart, sites)].map(([scope, values]) => ({
      scope,
      windowStart,
      logPartition,
      values,
    }));
  });
}

/** Groups in order of first appearance; members keep their order. */
function groupInOrder<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  return [...Map.groupBy(rows, keyOf).values()];
}

function windowKey(
  { deviceId, windowStart }: { deviceId: string; windowStart: number },
  floor: (time: number) => number,
): string {
  return `${deviceId}/${floor(windowStart)}`;
}

/** A scope's window in which nothing happened. */
export const emptyScopeWindow = sumDeviceHours([]);
