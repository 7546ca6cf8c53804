import type { OpeningHours, Site } from '@emotion-fleet/contracts';
import { CodedError, type HopHealth } from '@emotion-fleet/service';

export interface DeviceEntry {
  readonly deviceId: string;
  readonly name: string;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly revokedAt?: number;
  /** When the camera is meant to run, within the site's opening hours. Empty: whenever the site is open. */
  readonly schedule: OpeningHours;
}

/** From `fromHour` (epoch ms, whole hour) on the device stands at this site, until its next assignment. */
export interface Assignment {
  readonly deviceId: string;
  readonly siteId: string;
  readonly fromHour: number;
}

export interface SiteEntry extends Site {
  readonly createdAt: number;
}

/** Sites, devices, where each device stood when, and what proves a device. Several processes may use it at once. */
export interface DeviceRegistry {
  start(): Promise<void>;
  stop(): Promise<void>;

  /** @throws RegistryError `already_exists` */
  addSite(site: SiteEntry): Promise<void>;
  listSites(): Promise<SiteEntry[]>;
  /** Adds the device at a site from the hour of `createdAt` on and returns its token, which is kept only as a hash. @throws RegistryError `already_exists`, `no_such_site` */
  addDevice(device: Omit<DeviceEntry, 'revokedAt'>, siteId: string): Promise<{ token: string }>;
  /** A new token; the old one stops working. @throws RegistryError `no_such_device` */
  rotateToken(deviceId: string): Promise<{ token: string }>;
  listDevices(): Promise<DeviceEntry[]>;
  /** @throws RegistryError `no_such_device` */
  revokeDevice(deviceId: string, at: number): Promise<void>;
  listAssignments(): Promise<Assignment[]>;
  /** @throws RegistryError `no_such_device`, `no_such_site` */
  assign(assignment: Assignment): Promise<void>;
  /** True for the right token of a device that is not revoked. Takes the same time whether the device exists or not. */
  verifyToken(deviceId: string, token: string): Promise<boolean>;
  /** `down` while nobody can be proved: the gateway then takes no new connection. */
  health(): HopHealth;
}

export type RegistryErrorCode =
  'already_exists' | 'no_such_site' | 'no_such_device' | 'unavailable' | 'stopped';

/** Its message is one sentence that can be shown to the person who asked. */
export class RegistryError extends CodedError<RegistryErrorCode> {
  override readonly name = 'RegistryError';
}
