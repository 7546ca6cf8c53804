import type { DeviceItem, SiteItem } from '@emotion-fleet/contracts/api';
import type { ObservationStore } from '@emotion-fleet/observation-store';
import type { Clock } from '../clock.ts';
import { deviceItem, siteItem } from './directory-items.ts';
import { deviceNow, readStatuses } from './device-signs.ts';
import type { FleetMap } from './fleet-map.ts';
import { KeptAnswers } from './kept-answers.ts';
import { KeptSigns } from './kept-signs.ts';
import type { LastHours } from './last-hour.ts';

/** Every site and camera as it is shown, by id: what the privacy gate holds back isn't in it. */
export interface Listing {
  readonly devices: ReadonlyMap<string, DeviceItem>;
  readonly sites: ReadonlyMap<string, SiteItem>;
}

export interface DirectoryOptions {
  readonly store: ObservationStore;
  readonly lastHours: LastHours;
  readonly clock: Clock;
  /** How long a listing is used. */
  readonly maxAgeMs: number;
}

/** A fleet of so many is read as a whole each time; of a larger one a part. */
export const devicesReadAtOnce = 2_000;
const maxSignsAgeMs = 30_000;
/** The one of now, and of the fleet as it was before somebody changed it. */
const maxKept = 2;

/**
 * All lists are cut from one listing. It is made when somebody asks and the last one is too old, so that what is read
 * of the store depends neither on how many look nor on how many rows they want.
 */
export class Directory {
  readonly #options: DirectoryOptions;
  readonly #signs: KeptSigns;
  readonly #kept: KeptAnswers<Listing>;

  constructor(options: DirectoryOptions) {
    const { store, clock, maxAgeMs } = options;
    this.#options = options;
    this.#signs = new KeptSigns({ store, readAtOnce: devicesReadAtOnce, maxAgeMs: maxSignsAgeMs });
    this.#kept = new KeptAnswers({ clock, keptMs: maxAgeMs, maxKept });
  }

  /** With the fleet, since what was added, moved or revoked is to be seen at once. */
  async read(fleet: FleetMap): Promise<Listing> {
    return this.#kept.get(fleet.fingerprint, () => this.#make(fleet));
  }

  async #make(fleet: FleetMap): Promise<Listing> {
    const { store, lastHours, clock } = this.#options;
    const now = clock.now();
    const entries = [...fleet.devices.values()];
    const [statuses, signs, lastHour] = await Promise.all([
      readStatuses(store),
      this.#signs.refresh(entries, now),
      lastHours.read(fleet),
    ]);
    const devices = new Map(
      entries.map((device) => {
        const { deviceId } = device;
        const status = statuses.get(deviceId);
        const state = deviceNow({ device, status, signs: signs.get(deviceId)!, now });
        return [deviceId, deviceItem({ state, fleet, lastHour, now })];
      }),
    );
    const sites = new Map(
      [...fleet.sites.values()].map((site) => [
        site.siteId,
        siteItem({ site, fleet, devices, lastHour, now }),
      ]),
    );
    return { devices, sites };
  }
}
