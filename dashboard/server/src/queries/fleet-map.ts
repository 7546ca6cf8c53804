import { createHash } from 'node:crypto';
import type {
  Assignment,
  DeviceEntry,
  DeviceRegistry,
  SiteEntry,
  TimeRange,
} from '@emotion-fleet/observation-store';
import { ApiError } from '../api-error.ts';
import type { Place } from './place.ts';

/** A time that one device spent at one site, cut to the range asked for: half open, epoch ms. */
export interface Stay extends TimeRange {
  readonly deviceId: string;
  readonly siteId: string;
}

/** Who stood where and when: the registry as it was at one moment. */
export class FleetMap {
  readonly sites: ReadonlyMap<string, SiteEntry>;
  readonly devices: ReadonlyMap<string, DeviceEntry>;
  readonly #stays = new Map<string, Stay[]>();
  readonly #staysBySite: ReadonlyMap<string, readonly Stay[]>;
  readonly #inOrder: readonly Stay[];
  readonly #assignments: readonly Assignment[];
  #fingerprint: string | undefined;

  constructor(options: {
    readonly sites: readonly SiteEntry[];
    readonly devices: readonly DeviceEntry[];
    readonly assignments: readonly Assignment[];
  }) {
    this.#assignments = options.assignments;
    this.sites = new Map(options.sites.map((site) => [site.siteId, site]));
    this.devices = new Map(options.devices.map((device) => [device.deviceId, device]));
    const byTime = [...options.assignments].sort((a, b) => a.fromHour - b.fromHour);
    for (const { deviceId, siteId, fromHour } of byTime) {
      const stays = this.#stays.get(deviceId) ?? [];
      const last = stays.pop();
      if (last !== undefined) stays.push({ ...last, to: fromHour });
      stays.push({ deviceId, siteId, from: fromHour, to: Number.POSITIVE_INFINITY });
      this.#stays.set(deviceId, stays);
    }
    const ids = [...this.devices.keys()].sort();
    this.#inOrder = ids.flatMap((deviceId) => this.#stays.get(deviceId) ?? []);
    this.#staysBySite = Map.groupBy(this.#inOrder, ({ siteId }) => siteId);
  }

  static async load(registry: DeviceRegistry): Promise<FleetMap> {
    const [sites, devices, assignments] = await Promise.all([
      registry.listSites(),
      registry.listDevices(),
      registry.listAssignments(),
    ]);
    return new FleetMap({ sites, devices, assignments });
  }

  /** The same for two maps that say the same. */
  get fingerprint(): string {
    return (this.#fingerprint ??= this.#hash());
  }

  /** @throws ApiError `no_such_site`, `no_such_device` */
  requirePlace(place: Place): void {
    if (place.kind === 'site') this.requireSite(place.siteId);
    if (place.kind === 'device') this.requireDevice(place.deviceId);
  }

  /** @throws ApiError `no_such_site` */
  requireSite(siteId: string): SiteEntry {
    const site = this.sites.get(siteId);
    if (site === undefined) throw new ApiError('no_such_site', 'There is no such site.');
    return site;
  }

  /** @throws ApiError `no_such_device` */
  requireDevice(deviceId: string): DeviceEntry {
    const device = this.devices.get(deviceId);
    if (device === undefined) throw new ApiError('no_such_device', 'There is no such device.');
    return device;
  }

  /** The stays that a place is made of in a range, ordered by device, then by time. */
  stays(place: Place, range: TimeRange): Stay[] {
    return this.#staysAt(place)
      .map((stay) => ({
        ...stay,
        from: Math.max(stay.from, range.from),
        to: Math.min(stay.to, range.to),
      }))
      .filter((stay) => stay.from < stay.to);
  }

  /** Where the device stands, or stood last; before its first assignment, where it will stand. */
  siteIdOf(deviceId: string, at: number): string {
    const stays = this.#stays.get(deviceId) ?? [];
    const stay = stays.findLast(({ from }) => from <= at) ?? stays[0];
    return stay?.siteId ?? '';
  }

  /** Devices that stand at the site and are allowed in. */
  currentDevices(siteId: string, at: number): DeviceEntry[] {
    const everThere = new Set(this.#staysAt({ kind: 'site', siteId }).map((stay) => stay.deviceId));
    return [...everThere]
      .map((deviceId) => this.devices.get(deviceId)!)
      .filter((device) => !isRevoked(device, at) && this.siteIdOf(device.deviceId, at) === siteId);
  }

  #hash(): string {
    const said = [[...this.sites.values()], [...this.devices.values()], this.#assignments];
    return createHash('sha256').update(JSON.stringify(said)).digest('base64');
  }

  #staysAt(place: Place): readonly Stay[] {
    if (place.kind === 'fleet') return this.#inOrder;
    if (place.kind === 'site') return this.#staysBySite.get(place.siteId) ?? [];
    return this.#stays.get(place.deviceId) ?? [];
  }
}

export function isRevoked({ revokedAt }: DeviceEntry, at: number): boolean {
  return revokedAt !== undefined && revokedAt <= at;
}
