import type { Assignment } from '@emotion-fleet/observation-store';

/** Where each device stood when. Revoked devices stay in it: their past is part of the sites' past. */
export class SiteHistory {
  /** Per device, latest first. */
  readonly #assignments: ReadonlyMap<string, readonly Assignment[]>;

  constructor(assignments: readonly Assignment[]) {
    const latestFirst = assignments.toSorted((a, b) => b.fromHour - a.fromHour);
    this.#assignments = Map.groupBy(latestFirst, ({ deviceId }) => deviceId);
  }

  /** The site of the device in that hour; undefined before its first assignment. */
  siteAt(deviceId: string, hour: number): string | undefined {
    return this.#assignments.get(deviceId)?.find(({ fromHour }) => fromHour <= hour)?.siteId;
  }

  knowsAll(devices: Iterable<string>): boolean {
    for (const deviceId of devices) if (!this.#assignments.has(deviceId)) return false;
    return true;
  }

  /** Every site at which a device ever stood. */
  sites(): string[] {
    return [...new Set([...this.#assignments.keys()].flatMap((id) => this.sitesOf(id)))];
  }

  /** Every site that the device ever stood at. */
  sitesOf(deviceId: string): string[] {
    return [...new Set(this.#assignments.get(deviceId)?.map(({ siteId }) => siteId))];
  }
}
