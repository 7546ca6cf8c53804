import { floorToMinute, hourMs, type TimeRange } from '@emotion-fleet/observation-store';
import type { Clock } from '../clock.ts';
import { isTooSmall } from '../privacy/group-size.ts';
import { findHiddenPlaces, type HiddenPlaces } from '../privacy/hidden-places.ts';
import type { PrivacyGate } from '../privacy/privacy-gate.ts';
import { ExpectedTime } from './expected-time.ts';
import type { FleetActivity } from './fleet-activity.ts';
import type { FleetMap } from './fleet-map.ts';
import { KeptAnswers } from './kept-answers.ts';
import { placeName, type Place } from './place.ts';
import type { Activity, WindowReader } from './window-reader.ts';

/** What lists say of the 60 whole minutes before this one. */
export interface LastHour {
  /** Share of expected time that was analysed, 0..1; null where none was expected. */
  readonly coverageLastHour: number | null;
  /** Null where the privacy gate holds it back. */
  readonly visitsLastHour: number | null;
}

interface LastHourTools {
  readonly activity: FleetActivity;
  readonly gate: PrivacyGate;
  readonly clock: Clock;
}

/** The last hour of the whole fleet, read once and asked for each row of a list. */
export class LastHourReader {
  readonly #fleet: FleetMap;
  readonly #range: TimeRange;
  readonly #byDevice: ReadonlyMap<string, readonly Activity[]>;
  readonly #bySite: ReadonlyMap<string, readonly Activity[]>;
  readonly #hidden: HiddenPlaces;
  readonly #now: number;
  readonly #told = new Map<string, LastHour>();

  private constructor(options: {
    readonly fleet: FleetMap;
    readonly range: TimeRange;
    readonly activities: readonly Activity[];
    readonly hidden: HiddenPlaces;
    readonly now: number;
  }) {
    this.#fleet = options.fleet;
    this.#range = options.range;
    this.#byDevice = Map.groupBy(options.activities, ({ stay }) => stay.deviceId);
    this.#bySite = Map.groupBy(options.activities, ({ stay }) => stay.siteId);
    this.#hidden = options.hidden;
    this.#now = options.now;
  }

  static async read(tools: LastHourTools, fleet: FleetMap): Promise<LastHourReader> {
    const now = tools.clock.now();
    const range = lastHourRange(now);
    const { activities } = await tools.activity.read(fleet, range);
    const hidden = findHiddenPlaces(activities, tools.gate.minimumGroupSize);
    return new LastHourReader({ fleet, range, activities, hidden, now });
  }

  of(place: Exclude<Place, { kind: 'fleet' }>): LastHour {
    const name = placeName(place);
    const told = this.#told.get(name) ?? this.#tell(place);
    this.#told.set(name, told);
    return told;
  }

  #tell(place: Exclude<Place, { kind: 'fleet' }>): LastHour {
    const stays = this.#fleet.stays(place, this.#range);
    const mine =
      (place.kind === 'site'
        ? this.#bySite.get(place.siteId)
        : this.#byDevice.get(place.deviceId)) ?? [];
    const expectedMs = new ExpectedTime({ fleet: this.#fleet, stays, now: this.#now }).total();
    const analysedMs = mine.reduce((sum, activity) => sum + activity.analysedMs, 0);
    const hidden =
      place.kind === 'site'
        ? this.#hidden.sites.has(place.siteId)
        : this.#hidden.devices.has(place.deviceId);
    return {
      coverageLastHour: expectedMs === 0 ? null : Math.min(1, analysedMs / expectedMs),
      visitsLastHour: hidden ? null : mine.reduce((sum, { visits }) => sum + visits, 0),
    };
  }
}

export interface LastHoursOptions extends LastHourTools {
  /** A fleet of so many is read for each who asks; a larger one is used for longer. */
  readonly devicesReadAtOnce: number;
  readonly maxAgeMs: number;
}

/** The last hour for all lists: of a large fleet it is used for longer the larger it is, so that no more is read a second. */
export class LastHours {
  readonly #options: LastHoursOptions;
  readonly #kept: KeptAnswers<LastHourReader>;

  constructor(options: LastHoursOptions) {
    this.#options = options;
    this.#kept = new KeptAnswers({ clock: options.clock, keptMs: 0, maxKept: 1 });
  }

  async read(fleet: FleetMap): Promise<LastHourReader> {
    const { devicesReadAtOnce, maxAgeMs } = this.#options;
    const share = fleet.devices.size / devicesReadAtOnce;
    const keptMs = share <= 1 ? 0 : maxAgeMs * share;
    return this.#kept.get(
      fleet.fingerprint,
      () => LastHourReader.read(this.#options, fleet),
      keptMs,
    );
  }
}

/** The 60 whole minutes before the running one, which is not complete yet. */
function lastHourRange(now: number): TimeRange {
  const to = floorToMinute(now);
  return { from: to - hourMs, to };
}

/** True where enough people came by in the last hour for single faces to be shown as they come. */
export async function mayShowFaces(
  tools: Omit<LastHourTools, 'activity'> & { readonly reader: WindowReader },
  fleet: FleetMap,
  deviceId: string,
): Promise<boolean> {
  const { minimumGroupSize } = tools.gate;
  if (minimumGroupSize <= 1) return true;
  const range = lastHourRange(tools.clock.now());
  const stays = fleet.stays({ kind: 'device', deviceId }, range);
  const { activities } = await tools.reader.readStays(stays, range);
  const visits = activities.reduce((sum, activity) => sum + activity.visits, 0);
  return visits > 0 && !isTooSmall({ visits, samples: 0 }, minimumGroupSize);
}
