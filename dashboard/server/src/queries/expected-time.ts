import { expectedRanges, type TimeRange } from '@emotion-fleet/observation-store';
import type { FleetMap, Stay } from './fleet-map.ts';

/** When the cameras of some stays were meant to watch, each for itself: not before they were created, not after they were revoked, not in the future. */
export class ExpectedTime {
  readonly #ranges: readonly TimeRange[];

  constructor(options: {
    readonly fleet: FleetMap;
    readonly stays: readonly Stay[];
    readonly now: number;
  }) {
    this.#ranges = options.stays
      .flatMap((stay) => watchedRanges(options.fleet, stay, options.now))
      .sort((a, b) => a.from - b.from);
  }

  total(): number {
    return this.#ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** Expected time in each of the windows, which lie in order without overlap. */
  perWindow(windows: readonly TimeRange[]): number[] {
    const expected = new Array<number>(windows.length).fill(0);
    let first = 0;
    for (const range of this.#ranges) {
      while ((windows[first]?.to ?? Infinity) <= range.from) first++;
      for (let index = first; index < windows.length; index++) {
        const window = windows[index];
        if (window === undefined || window.from >= range.to) break;
        const overlap = Math.min(window.to, range.to) - Math.max(window.from, range.from);
        expected[index] = (expected[index] ?? 0) + Math.max(0, overlap);
      }
    }
    return expected;
  }
}

function watchedRanges(fleet: FleetMap, stay: Stay, now: number): TimeRange[] {
  const site = fleet.sites.get(stay.siteId);
  const device = fleet.devices.get(stay.deviceId);
  if (site === undefined || device === undefined) return [];
  const from = Math.max(stay.from, device.createdAt);
  const to = Math.min(stay.to, device.revokedAt ?? Infinity, now);
  const { timeZone, openingHours } = site;
  return expectedRanges({ from, to }, { timeZone, openingHours, schedule: device.schedule });
}
