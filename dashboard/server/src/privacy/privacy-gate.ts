import type { TimeRange } from '@emotion-fleet/observation-store';
import type { FleetActivity } from '../queries/fleet-activity.ts';
import type { FleetMap } from '../queries/fleet-map.ts';
import { observed, suppressedObserved, type Observed } from '../queries/observed.ts';
import type { Place } from '../queries/place.ts';
import type { WindowSum } from '../queries/window-sum.ts';
import { findHiddenPlaces } from './hidden-places.ts';
import { isTooSmall } from './group-size.ts';
import { mergeSmallWindows, tooSmall, type TimedSum } from './merge-windows.ts';

export interface PrivacyGateOptions {
  /** Visits that a number about people must rest on; 1 shows everything. */
  readonly minimumGroupSize: number;
  readonly activity: FleetActivity;
}

export interface GateQuery {
  readonly fleet: FleetMap;
  readonly place: Place;
  readonly range: TimeRange;
}

/** A window that may be shown. */
export interface ShownWindow extends TimeRange {
  readonly observed: Observed;
  readonly analysedMs: number;
  readonly expectedMs: number;
}

/** The one place that decides which numbers about people may leave the server. */
export class PrivacyGate {
  readonly minimumGroupSize: number;
  readonly #activity: FleetActivity;

  constructor({ minimumGroupSize, activity }: PrivacyGateOptions) {
    this.minimumGroupSize = minimumGroupSize;
    this.#activity = activity;
  }

  /** True where nothing about people may be said of the place in the range. */
  async isHidden({ fleet, place, range }: GateQuery): Promise<boolean> {
    if (this.minimumGroupSize <= 1) return false;
    const { activities } = await this.#activity.read(fleet, range);
    if (place.kind === 'fleet') return isTooSmall(total(activities), this.minimumGroupSize);
    const hidden = findHiddenPlaces(activities, this.minimumGroupSize);
    return place.kind === 'site'
      ? hidden.sites.has(place.siteId)
      : hidden.devices.has(place.deviceId);
  }

  /** A sum as it may be shown; `hidden` is what `isHidden` said of its place. */
  show(sum: WindowSum, hidden: boolean): Observed {
    return hidden || tooSmall(sum, this.minimumGroupSize) ? suppressedObserved() : observed(sum);
  }

  /**
   * Windows as they may be shown, in order. Those that are too small are joined to their neighbours. Where
   * the place is hidden or the whole is too small, each keeps its time and coverage alone.
   */
  showWindows(windows: readonly TimedSum[], hidden: boolean): ShownWindow[] {
    const merged = hidden ? windows : mergeSmallWindows(windows, this.minimumGroupSize);
    const suppressed = hidden || merged.some((window) => tooSmall(window, this.minimumGroupSize));
    return (suppressed ? windows : merged).map((window) => ({
      from: window.from,
      to: window.to,
      observed: suppressed ? suppressedObserved() : observed(window),
      analysedMs: window.values.analysedMs,
      expectedMs: window.expectedMs,
    }));
  }
}

function total(activities: readonly { visits: number; samples: number }[]): {
  visits: number;
  samples: number;
} {
  return activities.reduce<{ visits: number; samples: number }>(
    (sum, { visits, samples }) => ({ visits: sum.visits + visits, samples: sum.samples + samples }),
    { visits: 0, samples: 0 },
  );
}
