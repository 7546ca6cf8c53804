import { randomBytes } from 'node:crypto';
import type { types } from 'cassandra-driver';
import type { OpeningHours, Purpose } from '@emotion-fleet/contracts';
import type { HopHealth } from '@emotion-fleet/service';
import { CassandraConnection } from './cassandra/connection.ts';
import { CassandraMigrator } from './cassandra/migrator.ts';
import { defaultKeyspace, type CassandraOptions } from './cassandra/options.ts';
import {
  RegistryError,
  type Assignment,
  type DeviceEntry,
  type DeviceRegistry,
  type SiteEntry,
} from './device-registry.ts';
import { encodeToken, hashToken, tokenBytes, tokenMatches } from './device-tokens.ts';
import { checkRawRetention, defaultHealthRetentionMs, defaultRawRetentionMs } from './retention.ts';
import { floorToHour } from './windows/time.ts';

export interface CassandraDeviceRegistryOptions {
  readonly cassandra: CassandraOptions;
  /** Source of tokens; default `crypto.randomBytes`. */
  readonly randomBytes?: (length: number) => Uint8Array;
  /** Epoch ms; default `Date.now`. */
  readonly now?: () => number;
  /** As for the store: whichever of the two comes first makes the keyspace's tables. */
  readonly rawRetentionMs?: number;
  readonly healthRetentionMs?: number;
}

/**
 * The registry in the store's keyspace. What must not happen twice is a conditional write on one row; rows of sites
 * and devices are written by such alone, so that their order is one.
 */
export class CassandraDeviceRegistry implements DeviceRegistry {
  readonly #options: CassandraDeviceRegistryOptions;
  readonly #randomBytes: (length: number) => Uint8Array;
  readonly #connection: CassandraConnection;
  readonly #keyspace: string;

  constructor(options: CassandraDeviceRegistryOptions) {
    this.#options = options;
    this.#randomBytes = options.randomBytes ?? randomBytes;
    this.#keyspace = options.cassandra.keyspace ?? defaultKeyspace;
    this.#connection = new CassandraConnection({
      cassandra: options.cassandra,
      toError: (code, message, cause) =>
        code === 'stopped'
          ? new RegistryError('stopped', 'The registry is not started.')
          : new RegistryError('unavailable', `The registry can't be used: ${message}.`, { cause }),
    });
  }

  /** @throws OperatorError as `CassandraObservationStore.start` */
  async start(): Promise<void> {
    const { cassandra, now = Date.now } = this.#options;
    const rawRetentionMs = this.#options.rawRetentionMs ?? defaultRawRetentionMs;
    const healthRetentionMs = this.#options.healthRetentionMs ?? defaultHealthRetentionMs;
    checkRawRetention(rawRetentionMs);
    await this.#connection.start();
    try {
      await new CassandraMigrator({
        connection: this.#connection,
        replication: cassandra.replication,
        schema: { keyspace: this.#keyspace, rawRetentionMs, healthRetentionMs },
        newEpoch: () => now() * 1_000,
      }).run();
    } catch (error) {
      await this.#connection.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#connection.stop();
  }

  async addSite(site: SiteEntry): Promise<void> {
    const { applied } = await this.#connection.conditional(
      `INSERT INTO ${this.#keyspace}.sites
         (site_id, name, time_zone, purpose, opening_hours, created_at)
       VALUES (?, ?, ?, ?, ?, ?) IF NOT EXISTS`,
      [
        ...[site.siteId, site.name, site.timeZone, site.purpose],
        ...[JSON.stringify(site.openingHours), site.createdAt],
      ],
    );
    if (!applied) {
      throw new RegistryError('already_exists', `Site "${site.siteId}" exists already.`);
    }
  }

  async listSites(): Promise<SiteEntry[]> {
    const rows = await this.#select('SELECT * FROM sites');
    return rows.map(toSite).sort((a, b) => (a.siteId < b.siteId ? -1 : 1));
  }

  async addDevice(
    device: Omit<DeviceEntry, 'revokedAt'>,
    siteId: string,
  ): Promise<{ token: string }> {
    const { deviceId, name, schedule, createdAt } = device;
    const token = this.#newToken();
    const devices = await this.#select('SELECT device_id FROM devices WHERE device_id = ?', [
      deviceId,
    ]);
    if (devices.length > 0) throw deviceExists(deviceId);
    await this.#requireSite(siteId);
    const { applied } = await this.#connection.conditional(
      `INSERT INTO ${this.#keyspace}.devices
         (device_id, name, schedule, token_hash, first_site_id, created_at)
       VALUES (?, ?, ?, ?, ?, ?) IF NOT EXISTS`,
      [deviceId, name, JSON.stringify(schedule), hashToken(token), siteId, createdAt],
    );
    if (!applied) throw deviceExists(deviceId);
    return { token };
  }

  async rotateToken(deviceId: string): Promise<{ token: string }> {
    const token = this.#newToken();
    const { applied } = await this.#connection.conditional(
      `UPDATE ${this.#keyspace}.devices SET token_hash = ? WHERE device_id = ? IF EXISTS`,
      [hashToken(token), deviceId],
    );
    if (!applied) throw noSuchDevice(deviceId);
    return { token };
  }

  async listDevices(): Promise<DeviceEntry[]> {
    const rows = await this.#select(
      'SELECT device_id, name, schedule, created_at, revoked_at FROM devices',
    );
    return rows.map(toDevice).sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  }

  async revokeDevice(deviceId: string, at: number): Promise<void> {
    // The first moment stays; without the second condition an unknown device would be made by this.
    const { applied, row } = await this.#connection.conditional(
      `UPDATE ${this.#keyspace}.devices SET revoked_at = ? WHERE device_id = ?
       IF revoked_at = null AND token_hash != null`,
      [at, deviceId],
    );
    const isThere = applied || row['revoked_at'] != null;
    if (!isThere) throw noSuchDevice(deviceId);
  }

  async listAssignments(): Promise<Assignment[]> {
    const [first, later] = await Promise.all([
      this.#select(
        'SELECT device_id, first_site_id AS site_id, created_at AS from_hour FROM devices',
      ),
      this.#select('SELECT device_id, site_id, from_hour FROM assignments'),
    ]);
    const assignments = new Map<string, Assignment>();
    for (const assignment of [...first, ...later].map(toAssignment)) {
      assignments.set(`${assignment.deviceId}/${assignment.fromHour}`, assignment);
    }
    return [...assignments.values()].sort(
      (a, b) => a.fromHour - b.fromHour || (a.deviceId < b.deviceId ? -1 : 1),
    );
  }

  async assign({ deviceId, siteId, fromHour }: Assignment): Promise<void> {
    const devices = await this.#select('SELECT device_id FROM devices WHERE device_id = ?', [
      deviceId,
    ]);
    if (devices.length === 0) throw noSuchDevice(deviceId);
    await this.#requireSite(siteId);
    await this.#connection.write([
      [
        {
          query: `INSERT INTO ${this.#keyspace}.assignments (device_id, from_hour, site_id)
            VALUES (?, ?, ?)`,
          params: [deviceId, floorToHour(fromHour), siteId],
        },
      ],
    ]);
  }

  async verifyToken(deviceId: string, token: string): Promise<boolean> {
    const [row] = await this.#select(
      'SELECT token_hash, revoked_at FROM devices WHERE device_id = ?',
      [deviceId],
    );
    const matches = tokenMatches(token, row?.['token_hash'] as Uint8Array | undefined);
    return matches && row?.['revoked_at'] == null;
  }

  health(): HopHealth {
    return this.#connection.health();
  }

  #newToken(): string {
    return encodeToken(this.#randomBytes(tokenBytes));
  }

  async #requireSite(siteId: string): Promise<void> {
    const sites = await this.#select('SELECT site_id FROM sites WHERE site_id = ?', [siteId]);
    if (sites.length === 0) {
      throw new RegistryError('no_such_site', `There is no site "${siteId}".`);
    }
  }

  /** @param query names its table without the keyspace */
  async #select(query: string, params: unknown[] = []): Promise<types.Row[]> {
    const qualified = query.replace(' FROM ', ` FROM ${this.#keyspace}.`);
    return this.#connection.read([{ query: qualified, params }]);
  }
}

// What is read was written by this code, so that the types are asserted here.

function toSite(row: types.Row): SiteEntry {
  return {
    siteId: row['site_id'] as string,
    name: row['name'] as string,
    timeZone: row['time_zone'] as string,
    purpose: row['purpose'] as Purpose,
    openingHours: JSON.parse(row['opening_hours'] as string) as OpeningHours,
    createdAt: (row['created_at'] as Date).getTime(),
  };
}

function toDevice(row: types.Row): DeviceEntry {
  const revokedAt = row['revoked_at'] as Date | null;
  return {
    deviceId: row['device_id'] as string,
    name: row['name'] as string,
    createdAt: (row['created_at'] as Date).getTime(),
    schedule: JSON.parse(row['schedule'] as string) as OpeningHours,
    ...(revokedAt !== null && { revokedAt: revokedAt.getTime() }),
  };
}

function toAssignment(row: types.Row): Assignment {
  return {
    deviceId: row['device_id'] as string,
    siteId: row['site_id'] as string,
    fromHour: floorToHour((row['from_hour'] as Date).getTime()),
  };
}

function deviceExists(deviceId: string): RegistryError {
  return new RegistryError('already_exists', `Device "${deviceId}" exists already.`);
}

function noSuchDevice(deviceId: string): RegistryError {
  return new RegistryError('no_such_device', `There is no device "${deviceId}".`);
}
