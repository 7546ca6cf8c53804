import { encodeLogged, logTopics } from '@emotion-fleet/contracts';
import type { EventLog, LogEntry } from '@emotion-fleet/event-log';
import { hourMs, type DeviceRegistry } from '@emotion-fleet/observation-store';
import { DeviceRecords } from '../harness/fleet-records.ts';

export const devices = 500;
const devicesPerSite = 10;
const stepMs = 5_000;
const transportMs = 300;

export function deviceName(index: number): string {
  return `camera-${String(index).padStart(3, '0')}`;
}

/** Sites of ten devices each. */
export async function registerFleet(
  registry: DeviceRegistry,
  names: readonly string[],
): Promise<void> {
  const createdAt = Date.now() - 2 * hourMs;
  const site = { timeZone: 'UTC', purpose: 'demo' as const, openingHours: [], createdAt };
  for (let index = 0; index < names.length; index += devicesPerSite) {
    const siteId = `site-${String(index / devicesPerSite)}`;
    await registry.addSite({ ...site, siteId, name: siteId });
    await Promise.all(
      names.slice(index, index + devicesPerSite).map((name) => {
        const device = { deviceId: name, name, createdAt, schedule: [] };
        return registry.addDevice(device, siteId);
      }),
    );
  }
}

/**
 * What a fleet says, in the order in which it reaches the log: every five seconds each device sends what it has,
 * some 16 records; 500 devices make about 1,600 records a second.
 */
export class FleetSource {
  readonly #devices: readonly DeviceRecords[];
  readonly #waiting: LogEntry[] = [];
  #time: number;
  #taken = 0;

  constructor(startsAt: number) {
    this.#time = startsAt;
    this.#devices = Array.from(
      { length: devices },
      (_, seed) => new DeviceRecords({ deviceId: deviceName(seed), seed, startsAt }),
    );
  }

  /** Records given so far. */
  get taken(): number {
    return this.#taken;
  }

  take(count: number): LogEntry[] {
    this.#taken += count;
    while (this.#waiting.length < count) {
      this.#time += stepMs;
      for (const device of this.#devices) {
        const { deviceId } = device;
        for (const record of device.until(this.#time)) {
          const receivedAt = this.#time + transportMs;
          this.#waiting.push({
            key: deviceId,
            value: encodeLogged({ deviceId, receivedAt, record }),
          });
        }
      }
    }
    return this.#waiting.splice(0, count);
  }
}

export async function appendAll(eventLog: EventLog, entries: readonly LogEntry[]): Promise<void> {
  const atOnce = 2_000;
  for (let at = 0; at < entries.length; at += atOnce) {
    await eventLog.append(logTopics.faceEmotions, entries.slice(at, at + atOnce));
  }
}
