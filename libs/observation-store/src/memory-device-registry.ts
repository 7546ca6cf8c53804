import { randomBytes } from 'node:crypto';
import type { HopHealth } from '@emotion-fleet/service';
import {
  RegistryError,
  type Assignment,
  type DeviceEntry,
  type DeviceRegistry,
  type SiteEntry,
} from './device-registry.ts';
import { encodeToken, hashToken, tokenBytes, tokenMatches } from './device-tokens.ts';
import { floorToHour } from './windows/time.ts';

export interface MemoryDeviceRegistryOptions {
  /** Source of tokens; default `crypto.randomBytes`. */
  readonly randomBytes?: (length: number) => Uint8Array;
}

interface StoredDevice {
  entry: DeviceEntry;
  tokenHash: Uint8Array;
}

/** The port in a few maps, for the tests of others. */
export class MemoryDeviceRegistry implements DeviceRegistry {
  readonly #randomBytes: (length: number) => Uint8Array;
  readonly #sites = new Map<string, SiteEntry>();
  readonly #devices = new Map<string, StoredDevice>();
  readonly #assignments = new Map<string, Assignment>();
  #running = false;

  constructor(options: MemoryDeviceRegistryOptions = {}) {
    this.#randomBytes = options.randomBytes ?? randomBytes;
  }

  async start(): Promise<void> {
    this.#running = true;
  }

  async stop(): Promise<void> {
    this.#running = false;
  }

  async addSite(site: SiteEntry): Promise<void> {
    if (this.#sites.has(site.siteId)) {
      throw new RegistryError('already_exists', `Site "${site.siteId}" exists already.`);
    }
    this.#sites.set(site.siteId, structuredClone(site));
  }

  async listSites(): Promise<SiteEntry[]> {
    return [...this.#sites.values()]
      .map((site) => structuredClone(site))
      .sort((a, b) => (a.siteId < b.siteId ? -1 : 1));
  }

  async addDevice(
    device: Omit<DeviceEntry, 'revokedAt'>,
    siteId: string,
  ): Promise<{ token: string }> {
    if (this.#devices.has(device.deviceId)) {
      throw new RegistryError('already_exists', `Device "${device.deviceId}" exists already.`);
    }
    this.#requireSite(siteId);
    const token = encodeToken(this.#randomBytes(tokenBytes));
    this.#devices.set(device.deviceId, {
      entry: structuredClone(device),
      tokenHash: hashToken(token),
    });
    const { deviceId, createdAt } = device;
    await this.assign({ deviceId, siteId, fromHour: floorToHour(createdAt) });
    return { token };
  }

  async rotateToken(deviceId: string): Promise<{ token: string }> {
    const device = this.#requireDevice(deviceId);
    const token = encodeToken(this.#randomBytes(tokenBytes));
    device.tokenHash = hashToken(token);
    return { token };
  }

  async listDevices(): Promise<DeviceEntry[]> {
    return [...this.#devices.values()]
      .map(({ entry }) => structuredClone(entry))
      .sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  }

  async revokeDevice(deviceId: string, at: number): Promise<void> {
    const device = this.#requireDevice(deviceId);
    device.entry = { ...device.entry, revokedAt: device.entry.revokedAt ?? at };
  }

  async listAssignments(): Promise<Assignment[]> {
    return [...this.#assignments.values()].sort(
      (a, b) => a.fromHour - b.fromHour || (a.deviceId < b.deviceId ? -1 : 1),
    );
  }

  async assign(assignment: Assignment): Promise<void> {
    this.#requireDevice(assignment.deviceId);
    this.#requireSite(assignment.siteId);
    const fromHour = floorToHour(assignment.fromHour);
    this.#assignments.set(`${assignment.deviceId}/${fromHour}`, { ...assignment, fromHour });
  }

  async verifyToken(deviceId: string, token: string): Promise<boolean> {
    const device = this.#devices.get(deviceId);
    const matches = tokenMatches(token, device?.tokenHash);
    return matches && device?.entry.revokedAt === undefined;
  }

  health(): HopHealth {
    return this.#running
      ? { state: 'ok' }
      : { state: 'down', detail: 'The registry is not started.' };
  }

  #requireSite(siteId: string): void {
    if (!this.#sites.has(siteId)) {
      throw new RegistryError('no_such_site', `There is no site "${siteId}".`);
    }
  }

  #requireDevice(deviceId: string): StoredDevice {
    const device = this.#devices.get(deviceId);
    if (device === undefined) {
      throw new RegistryError('no_such_device', `There is no device "${deviceId}".`);
    }
    return device;
  }
}
