import {
  addClusters,
  addWindows,
  clusterOf,
  floorToDay,
  floorToHour,
  zeroClusters,
  zeroWindow,
  type DeviceHourRow,
  type DeviceRegistry,
  type DeviceWindowRow,
  type ObservationStore,
  type Scope,
  type ScopeWindowRow,
  type ScopeWindowValues,
} from '@emotion-fleet/observation-store';
import { FleetMap } from '../../src/queries/fleet-map.ts';

/** Two partitions, so that readers must add them up. */
const partitionOf = (deviceId: string): number =>
  (deviceId.charCodeAt(deviceId.length - 1) % 2) + 3;

/**
 * Writes minutes and all that follows from them (hours, days, sums of sites and of the fleet), as the
 * processor leaves them, by the plainest arithmetic there is.
 */
export async function writeWindows(options: {
  readonly store: ObservationStore;
  readonly registry: DeviceRegistry;
  /** All minutes of every hour that they touch. */
  readonly minutes: readonly DeviceWindowRow[];
}): Promise<void> {
  const { store, registry, minutes } = options;
  const fleet = await FleetMap.load(registry);
  const hours = sumBy(minutes, floorToHour).map((row): DeviceHourRow => ({
    ...row,
    logPartition: partitionOf(row.deviceId),
  }));
  await store.putMinutes(minutes);
  await store.putHours(hours);
  await store.putDays(sumBy(hours, floorToDay));
  const scopeHours = [
    ...scopeRows(hours, () => 'fleet', floorToHour),
    ...scopeRows(hours, (row) => siteScope(fleet, row), floorToHour),
  ];
  await store.putScopeHours(scopeHours);
  await store.putScopeDays([
    ...scopeRows(hours, () => 'fleet', floorToDay),
    ...scopeRows(hours, (row) => siteScope(fleet, row), floorToDay),
  ]);
}

function siteScope(fleet: FleetMap, { deviceId, windowStart }: DeviceWindowRow): Scope {
  return `site/${fleet.siteIdOf(deviceId, windowStart)}`;
}

function sumBy(
  rows: readonly DeviceWindowRow[],
  windowOf: (time: number) => number,
): DeviceWindowRow[] {
  const sums = new Map<string, DeviceWindowRow>();
  for (const row of rows) {
    const windowStart = windowOf(row.windowStart);
    const key = `${row.deviceId}/${windowStart}`;
    const values = addWindows(sums.get(key)?.values ?? zeroWindow(), row.values);
    sums.set(key, { deviceId: row.deviceId, windowStart, version: row.version, values });
  }
  return [...sums.values()];
}

function scopeRows(
  hours: readonly DeviceHourRow[],
  scopeFor: (row: DeviceHourRow) => Scope,
  windowOf: (time: number) => number,
): ScopeWindowRow[] {
  const sums = new Map<string, ScopeWindowRow>();
  for (const row of hours) {
    const scope = scopeFor(row);
    const windowStart = windowOf(row.windowStart);
    const { logPartition, version } = row;
    const key = `${scope}/${windowStart}/${logPartition}`;
    const known = sums.get(key)?.values;
    const values: ScopeWindowValues = {
      ...addWindows(known ?? zeroWindow(), row.values),
      clusters: addClusters(known?.clusters ?? zeroClusters(), clusterOf(row.values)),
      reportingDevices: (known?.reportingDevices ?? 0) + 1,
    };
    sums.set(key, { scope, windowStart, logPartition, version, values });
  }
  return [...sums.values()];
}
