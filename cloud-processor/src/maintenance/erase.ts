import { logPartitions, logTopics } from '@emotion-fleet/contracts';
import { partitionOf, type EventLog } from '@emotion-fleet/event-log';
import {
  dayMs,
  floorToDay,
  floorToHour,
  forever,
  type Assignment,
  type DeviceRegistry,
  type ErasureRow,
  type ObservationStore,
  type Scope,
  type TimeRange,
} from '@emotion-fleet/observation-store';
import { OperatorError } from '@emotion-fleet/service';
import { systemClock, type Clock } from '../clock.ts';
import { SiteHistory } from '../scopes/site-history.ts';
import { sumWindows } from '../windows/window-sums.ts';
import type { Progress } from './progress.ts';
import { withReservation } from './reservation.ts';
import { ScopeRebuild } from './scope-rebuild.ts';

export interface EraseOptions {
  readonly store: ObservationStore;
  readonly registry: DeviceRegistry;
  readonly eventLog: Pick<EventLog, 'append'>;
  readonly clock?: Clock;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export type EraseTarget =
  { readonly kind: 'device'; readonly id: string } | { readonly kind: 'site'; readonly id: string };

/** What will be erased, as a person is asked about it. */
export interface ErasePlan {
  readonly target: EraseTarget;
  /** Devices and the hours that go, of each. */
  readonly devices: readonly ErasureRow[];
  readonly scopes: readonly Scope[];
  /** Devices that are refused from now on: nothing of them will ever be kept again. */
  readonly revoked: readonly string[];
}

/** @throws OperatorError `no_such_device`, `no_such_site` */
export async function planErasure(options: EraseOptions, target: EraseTarget): Promise<ErasePlan> {
  const { registry, clock = systemClock } = options;
  const erasedAt = clock.now();
  const assignments = await registry.listAssignments();
  if (target.kind === 'device') {
    const devices = await registry.listDevices();
    if (!devices.some(({ deviceId }) => deviceId === target.id)) throw unknown(target);
    const row = { deviceId: target.id, from: 0, to: forever, erasedAt };
    return { target, devices: [row], scopes: [], revoked: [target.id] };
  }
  const sites = await registry.listSites();
  if (!sites.some(({ siteId }) => siteId === target.id)) throw unknown(target);
  const devices = stays(assignments, target.id).map((stay) => ({ ...stay, erasedAt }));
  const revoked = devices.filter(({ to }) => to === forever).map(({ deviceId }) => deviceId);
  return { target, devices, scopes: [`site/${target.id}`], revoked: [...new Set(revoked)] };
}

/**
 * Revokes, deletes, and sums up what is left. It can be run again after a fault, and does all of it again then.
 *
 * INVARIANT: sums are computed after the rows are gone and in the epoch that their deletion began. A processor that
 * was at work meanwhile ends in another epoch than it began in, so that its batch comes again and it sums up anew.
 */
export async function erase(options: EraseOptions, plan: ErasePlan): Promise<void> {
  const { store, registry, clock = systemClock, progress } = options;
  await withReservation(options, async (checkpoint) => {
    for (const deviceId of plan.revoked) await registry.revokeDevice(deviceId, clock.now());
    progress?.('devices revoked', 1);
    const assignments = await registry.listAssignments();
    const began = beginOf(assignments, plan);
    await store.erase({ devices: plan.devices, scopes: plan.scopes });
    progress?.('rows deleted', 1);
    const version = store.epoch;
    for (const row of plan.devices) await sumCutDays(store, row, version);
    const sites = new SiteHistory(assignments);
    const partitions = plan.devices.map(({ deviceId }) => partitionOf(deviceId, logPartitions));
    await new ScopeRebuild({ store, sites, version }).run({
      range: { from: began, to: floorToDay(clock.now()) + 2 * dayMs },
      partitions: [...new Set(partitions)],
      onlyCounted: true,
      checkpoint,
      onProgress: (share) => progress?.('sums of sites and fleet', share),
    });
    await forget(options.eventLog, plan.revoked);
  });
}

/**
 * Compacted topics keep the last word of each key for ever, unless that is a tombstone. Last of all, since a gateway cuts
 * a revoked device only when it checks again, and then writes its will.
 */
async function forget(eventLog: Pick<EventLog, 'append'>, devices: readonly string[]) {
  if (devices.length === 0) return;
  const tombstones = devices.map((key) => ({ key, value: null }));
  for (const topic of Object.values(logTopics)) {
    if (topic.compacted) await eventLog.append(topic, tombstones);
  }
}

/** When the devices stood at the site; the last stay of a device that is still there has no end. */
function stays(assignments: readonly Assignment[], siteId: string) {
  const byDevice = Map.groupBy(assignments, ({ deviceId }) => deviceId);
  return [...byDevice].flatMap(([deviceId, unordered]) => {
    const ordered = unordered.toSorted((a, b) => a.fromHour - b.fromHour);
    return ordered.flatMap((assignment, index) => {
      if (assignment.siteId !== siteId) return [];
      const to = ordered[index + 1]?.fromHour ?? forever;
      return [{ deviceId, from: assignment.fromHour, to }];
    });
  });
}

/** No record counts at a site before the device's first hour there; a wrong clock may have said otherwise. */
function beginOf(assignments: readonly Assignment[], { devices }: ErasePlan): number {
  const ids = new Set(devices.map(({ deviceId }) => deviceId));
  const hours = assignments
    .filter(({ deviceId }) => ids.has(deviceId))
    .map(({ fromHour }) => fromHour);
  return floorToHour(hours.reduce((a, b) => Math.min(a, b), Date.UTC(9999, 0)));
}

/** A day of which some hours are left is the sum of those. */
async function sumCutDays(
  store: ObservationStore,
  { deviceId, from, to }: ErasureRow,
  version: number,
): Promise<void> {
  const cuts = [from, to].filter((time) => time !== 0 && time !== forever).map(floorToDay);
  for (const windowStart of new Set(cuts)) {
    const day: TimeRange = { from: windowStart, to: windowStart + dayMs };
    const hours = await store.readHours(deviceId, day);
    const stored = await store.readDays(deviceId, day);
    if (hours.length === 0 && stored.length === 0) continue;
    const values = sumWindows(hours.map((hour) => hour.values));
    await store.putDays([{ deviceId, windowStart, version, values }]);
  }
}

function unknown({ kind, id }: EraseTarget): OperatorError {
  return new OperatorError(
    `no_such_${kind}`,
    `There is no ${kind} "${id}"; "npx fleet ${kind} list" shows those that there are.`,
  );
}
