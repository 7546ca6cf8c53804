import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import type { OpeningHours, Purpose } from '@emotion-fleet/contracts';
import type { HopHealth } from '@emotion-fleet/service';
import { ensureFolder } from './data-folder.ts';
import {
  RegistryError,
  type Assignment,
  type DeviceEntry,
  type DeviceRegistry,
  type SiteEntry,
} from './device-registry.ts';
import { encodeToken, hashToken, tokenBytes, tokenMatches } from './device-tokens.ts';
import { fileError } from './sqlite/file-error.ts';
import { isNotADatabase, migrate } from './sqlite/migrate.ts';
import { registryMigrations } from './sqlite/registry-schema.ts';
import { floorToHour } from './windows/time.ts';

export interface SqliteDeviceRegistryOptions {
  /** The file, made with its folder where it isn't there. */
  readonly path: string;
  /** Source of tokens; default `crypto.randomBytes`. */
  readonly randomBytes?: (length: number) => Uint8Array;
}

/** How long a write waits for another process's write. */
const busyTimeoutMs = 5_000;

/**
 * The registry in a SQLite file of its own, which the gateway, the dashboard and the command line may have open
 * at once (WAL). It works on the caller's thread: each call touches a few rows, writes are a person's.
 */
export class SqliteDeviceRegistry implements DeviceRegistry {
  readonly #path: string;
  readonly #randomBytes: (length: number) => Uint8Array;
  #opened: DatabaseSync | undefined;

  constructor(options: SqliteDeviceRegistryOptions) {
    this.#path = options.path;
    this.#randomBytes = options.randomBytes ?? randomBytes;
  }

  /** @throws OperatorError `folder_not_writable`, `newer_schema`, `not_a_database` */
  async start(): Promise<void> {
    await ensureFolder(dirname(this.#path));
    const database = new DatabaseSync(this.#path, { timeout: busyTimeoutMs });
    try {
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      if (!migrate(database, registryMigrations)) throw fileError('newer_schema', this.#path);
    } catch (error) {
      database.close();
      throw isNotADatabase(error) ? fileError('not_a_database', this.#path) : error;
    }
    this.#opened = database;
  }

  async stop(): Promise<void> {
    this.#opened?.close();
    this.#opened = undefined;
  }

  async addSite(site: SiteEntry): Promise<void> {
    this.#inTransaction(() => {
      if (this.#exists('sites', 'site_id', site.siteId)) {
        throw new RegistryError('already_exists', `Site "${site.siteId}" exists already.`);
      }
      this.#run('INSERT INTO sites VALUES (?, ?, ?, ?, ?, ?)', [
        ...[site.siteId, site.name, site.timeZone, site.purpose],
        ...[JSON.stringify(site.openingHours), site.createdAt],
      ]);
    });
  }

  async listSites(): Promise<SiteEntry[]> {
    return this.#all<SiteColumns>('SELECT * FROM sites ORDER BY site_id').map((row) => ({
      siteId: row.site_id,
      name: row.name,
      timeZone: row.time_zone,
      purpose: row.purpose,
      openingHours: JSON.parse(row.opening_hours) as OpeningHours,
      createdAt: row.created_at,
    }));
  }

  async addDevice(
    device: Omit<DeviceEntry, 'revokedAt'>,
    siteId: string,
  ): Promise<{ token: string }> {
    const { deviceId, name, schedule, createdAt } = device;
    const token = this.#newToken();
    this.#inTransaction(() => {
      if (this.#exists('devices', 'device_id', deviceId)) {
        throw new RegistryError('already_exists', `Device "${deviceId}" exists already.`);
      }
      this.#requireSite(siteId);
      this.#run(
        `INSERT INTO devices (device_id, name, schedule, token_hash, created_at)
         VALUES (?, ?, ?, ?, ?)`,
        [deviceId, name, JSON.stringify(schedule), hashToken(token), createdAt],
      );
      this.#insertAssignment({ deviceId, siteId, fromHour: createdAt });
    });
    return { token };
  }

  async rotateToken(deviceId: string): Promise<{ token: string }> {
    const token = this.#newToken();
    this.#inTransaction(() => {
      this.#requireDevice(deviceId);
      this.#run('UPDATE devices SET token_hash = ? WHERE device_id = ?', [
        hashToken(token),
        deviceId,
      ]);
    });
    return { token };
  }

  async listDevices(): Promise<DeviceEntry[]> {
    return this.#all<DeviceColumns>('SELECT * FROM devices ORDER BY device_id').map((row) => ({
      deviceId: row.device_id,
      name: row.name,
      createdAt: row.created_at,
      schedule: JSON.parse(row.schedule) as OpeningHours,
      ...(row.revoked_at !== null && { revokedAt: row.revoked_at }),
    }));
  }

  async revokeDevice(deviceId: string, at: number): Promise<void> {
    this.#inTransaction(() => {
      this.#requireDevice(deviceId);
      this.#run('UPDATE devices SET revoked_at = coalesce(revoked_at, ?) WHERE device_id = ?', [
        at,
        deviceId,
      ]);
    });
  }

  async listAssignments(): Promise<Assignment[]> {
    return this.#all<AssignmentColumns>(
      'SELECT * FROM assignments ORDER BY from_hour, device_id',
    ).map((row) => ({
      deviceId: row.device_id,
      siteId: row.site_id,
      fromHour: row.from_hour,
    }));
  }

  async assign(assignment: Assignment): Promise<void> {
    this.#inTransaction(() => {
      this.#requireDevice(assignment.deviceId);
      this.#requireSite(assignment.siteId);
      this.#insertAssignment(assignment);
    });
  }

  async verifyToken(deviceId: string, token: string): Promise<boolean> {
    const [row] = this.#all<{ token_hash: Uint8Array }>(
      'SELECT token_hash FROM devices WHERE device_id = ? AND revoked_at IS NULL',
      [deviceId],
    );
    return tokenMatches(token, row?.token_hash);
  }

  /** Reads one row: what is wrong with a file shows only to who uses it. */
  health(): HopHealth {
    try {
      this.#all('SELECT token_hash FROM devices LIMIT 1');
      return { state: 'ok' };
    } catch (error) {
      return { state: 'down', detail: error instanceof Error ? error.message : String(error) };
    }
  }

  #newToken(): string {
    return encodeToken(this.#randomBytes(tokenBytes));
  }

  #requireSite(siteId: string): void {
    if (!this.#exists('sites', 'site_id', siteId)) {
      throw new RegistryError('no_such_site', `There is no site "${siteId}".`);
    }
  }

  #requireDevice(deviceId: string): void {
    if (!this.#exists('devices', 'device_id', deviceId)) {
      throw new RegistryError('no_such_device', `There is no device "${deviceId}".`);
    }
  }

  #insertAssignment({ deviceId, siteId, fromHour }: Assignment): void {
    this.#run(
      'INSERT OR REPLACE INTO assignments (device_id, site_id, from_hour) VALUES (?, ?, ?)',
      [deviceId, siteId, floorToHour(fromHour)],
    );
  }

  #exists(table: 'sites' | 'devices', key: 'site_id' | 'device_id', id: string): boolean {
    return this.#all(`SELECT 1 FROM ${table} WHERE ${key} = ?`, [id]).length > 0;
  }

  #run(sql: string, parameters: readonly SQLInputValue[]): void {
    this.#database.prepare(sql).run(...parameters);
  }

  /** The caller names the columns that its statement selects; the tables are STRICT. */

  #all<Columns>(sql: string, parameters: readonly SQLInputValue[] = []): Columns[] {
    return this.#database.prepare(sql).all(...parameters) as Columns[];
  }

  #inTransaction(work: () => void): void {
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      work();
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }

  get #database(): DatabaseSync {
    if (this.#opened === undefined) {
      throw new RegistryError('stopped', 'The registry is not started.');
    }
    return this.#opened;
  }
}

interface SiteColumns {
  site_id: string;
  name: string;
  time_zone: string;
  purpose: Purpose;
  opening_hours: string;
  created_at: number;
}

interface DeviceColumns {
  device_id: string;
  name: string;
  schedule: string;
  created_at: number;
  revoked_at: number | null;
}

interface AssignmentColumns {
  device_id: string;
  site_id: string;
  from_hour: number;
}
