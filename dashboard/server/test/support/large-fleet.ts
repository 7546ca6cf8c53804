import { schemaVersion } from '@emotion-fleet/contracts';
import {
  floorToHour,
  floorToMinute,
  hourMs,
  minuteMs,
  type DeviceEntry,
  type DeviceRegistry,
  type DeviceStatusRow,
  type DeviceWindowRow,
  type HealthRow,
  type LedgerRunRow,
  type ObservationStore,
} from '@emotion-fleet/observation-store';
import { MemoryObservationStore } from '@emotion-fleet/observation-store/testing';
import { statusMessage, testRunId } from './records.ts';
import { minuteRow } from './windows.ts';

export interface LargeFleet {
  /** Epoch ms. */
  readonly now: number;
  readonly devices: number;
  readonly sites: number;
  /** Of the last hour, each device's; 60 are all of them. */
  readonly minutes: number;
}

const rowsAtOnce = 20_000;

export const largeFleetDeviceId = (index: number): string =>
  `camera-${String(index).padStart(5, '0')}`;

/** Writes what the processor would have left. */
export async function fillLargeFleet(store: ObservationStore, fleet: LargeFleet): Promise<void> {
  const { minutes, statuses, health, runs } = rowsOf(fleet);
  for (let at = 0; at < minutes.length; at += rowsAtOnce) {
    await store.putMinutes(minutes.slice(at, at + rowsAtOnce));
  }
  await Promise.all(statuses.map((row) => store.putDeviceStatus(row)));
  await store.putHealth(health);
  await store.putLedgerRuns(runs);
}

/** A store that answers at once: the memory store looks through all rows for each device. */
export class LargeFleetStore extends MemoryObservationStore {
  readonly #statuses: DeviceStatusRow[];
  readonly #minutes: ReadonlyMap<string, DeviceWindowRow[]>;
  readonly #health: ReadonlyMap<string, HealthRow[]>;
  readonly #runs: ReadonlyMap<string, LedgerRunRow[]>;

  constructor(fleet: LargeFleet) {
    super();
    const { minutes, statuses, health, runs } = rowsOf(fleet);
    const deviceOf = ({ deviceId }: { deviceId: string }): string => deviceId;
    this.#statuses = statuses;
    this.#minutes = Map.groupBy(minutes, deviceOf);
    this.#health = Map.groupBy(health, deviceOf);
    this.#runs = Map.groupBy(runs, deviceOf);
  }

  override readDeviceStatuses = async (): Promise<DeviceStatusRow[]> => this.#statuses;
  override readMinutes = async (deviceId: string): Promise<DeviceWindowRow[]> =>
    this.#minutes.get(deviceId) ?? [];
  override readHealth = async (deviceId: string): Promise<HealthRow[]> =>
    this.#health.get(deviceId) ?? [];
  override readLedgerRuns = async (deviceId: string): Promise<LedgerRunRow[]> =>
    this.#runs.get(deviceId) ?? [];
}

/**
 * Many cameras at many sites, all alike: one in a hundred is offline, one in fifty covered, and one in ten
 * saw too few to be spoken of.
 */
function rowsOf({ now, devices, minutes: minutesEach }: LargeFleet) {
  const minutes: DeviceWindowRow[] = [];
  const statuses: DeviceStatusRow[] = [];
  const health: HealthRow[] = [];
  const runs: LedgerRunRow[] = [];
  for (let index = 0; index < devices; index++) {
    const deviceId = largeFleetDeviceId(index);
    const isOffline = index % 100 === 0;
    const lastAt = isOffline ? now - hourMs : now - (index % 50) * 1_000;
    const message = statusMessage(isOffline ? 'offline' : 'online', 1);
    statuses.push({ deviceId, receivedAt: isOffline ? lastAt : now - 5 * hourMs, message });
    if (!isOffline) health.push(healthRow(deviceId, lastAt, index % 50 === 1));
    const seqs = { headSeq: 40, ackedBelow: 40, firstAt: now - 5 * hourMs, lastAt };
    runs.push({ deviceId, runId: testRunId, version: 1, ...seqs });
    for (let minute = 1; minute <= minutesEach; minute++) {
      const visits = index % 10 === 0 ? (minute === 1 ? 3 : 0) : 12;
      const windowStart = floorToMinute(now) - minute * minuteMs;
      minutes.push(minuteRow({ deviceId, windowStart, visits }));
    }
  }
  return { minutes, statuses, health, runs };
}

export async function registerLargeFleet(
  registry: DeviceRegistry,
  { now, devices, sites }: LargeFleet,
): Promise<void> {
  const createdAt = floorToHour(now - 48 * hourMs);
  const site = { timeZone: 'UTC', purpose: 'demo' as const, openingHours: [], createdAt };
  for (let index = 0; index < sites; index++) {
    await registry.addSite({ ...site, siteId: siteIdOf(index), name: `Shop ${index}` });
  }
  for (let index = 0; index < devices; index++) {
    const deviceId = largeFleetDeviceId(index);
    const entry: DeviceEntry = { deviceId, name: `Camera ${index}`, createdAt, schedule: [] };
    await registry.addDevice(entry, siteIdOf(index % sites));
  }
}

function siteIdOf(index: number): string {
  return `shop-${String(index).padStart(3, '0')}`;
}

function healthRow(deviceId: string, receivedAt: number, isCovered: boolean): HealthRow {
  return {
    deviceId,
    receivedAt,
    message: {
      schema: schemaVersion,
      runId: testRunId,
      uptimeMs: 5 * hourMs,
      rssBytes: 210_000_000,
      cameraState: isCovered ? 'covered' : 'ok',
      framesPerSecond: 7,
      outbox: { records: 1, bytes: 400, oldestAgeMs: 900 },
      records: { created: 40, acked: 40, declared: 0 },
    },
  };
}
