import {
  dayMs,
  type DeviceWindowRow,
  type ObservationStore,
  type ScopeWindowRow,
  type TimeRange,
} from '@emotion-fleet/observation-store';
import type { Stay } from './fleet-map.ts';
import { mapLimited } from './map-limited.ts';
import { scopeOf, type Place } from './place.ts';
import { planReads, type ReadPlan } from './read-plan.ts';
import { mergeByHour, pieceOf, piecesByHour, type Piece } from './window-sum.ts';

/** What one device did during one stay at a site, in the range asked for. */
export interface Activity {
  readonly stay: Stay;
  readonly visits: number;
  readonly samples: number;
  readonly analysedMs: number;
}

/** Some stays in a range, from the rows of their devices. */
export interface StaysReading {
  readonly activities: readonly Activity[];
  /**
   * Of all stays together, what the range holds of hours that it covers in part: one piece an hour, in which the
   * camera-hours are clusters.
   */
  readonly ends: readonly Piece[];
}

/** Reads windows of a place in as few rows as the range allows. */
export class WindowReader {
  readonly #store: ObservationStore;

  constructor(store: ObservationStore) {
    this.#store = store;
  }

  /** Each minute of these stays. */
  async readMinutes(stays: readonly Stay[], range: TimeRange): Promise<Piece[]> {
    const rows = await mapLimited(stays, (stay) => this.#deviceRows('readMinutes', stay, [range]));
    return rows.flat().map(pieceOf);
  }

  /** The hours that lie whole in the range, and days where windows of `stepMs` allow: a piece never lies across two. */
  async readWhole(place: Place, range: TimeRange, stepMs: number): Promise<Piece[]> {
    const plan = planReads(range, stepMs);
    return place.kind === 'device'
      ? this.#deviceHours(place.deviceId, [...plan.days, ...plan.hours])
      : this.#scopeWindows(place, plan);
  }

  /** What each stay did, from the coarsest rows that fit, and what all did at the ends of the range. */
  async readStays(stays: readonly Stay[], range: TimeRange): Promise<StaysReading> {
    const plan = planReads(range, dayMs);
    const ends = new Map<number, Piece>();
    const activities = await mapLimited(stays, async (stay) => {
      const parts = piecesByHour(await this.#deviceRows('readMinutes', stay, plan.minutes));
      mergeByHour(ends, parts);
      const rows = [
        ...(await this.#deviceDays(stay, plan)),
        ...(await this.#deviceRows('readHours', stay, plan.hours)),
        ...parts,
      ];
      return {
        stay,
        visits: total(rows, ({ visits }) => visits),
        samples: total(rows, ({ samples }) => Object.values(samples).reduce((a, b) => a + b, 0)),
        analysedMs: total(rows, ({ analysedMs }) => analysedMs),
      };
    });
    return { activities, ends: [...ends.values()] };
  }

  /** Day rows hold no camera-hours, so that a device is always read by the hour. */
  async #deviceHours(deviceId: string, ranges: readonly TimeRange[]): Promise<Piece[]> {
    const rows = await mapLimited(ranges, (range) => this.#store.readHours(deviceId, range));
    return rows.flat().map(pieceOf);
  }

  async #scopeWindows(place: Exclude<Place, { kind: 'device' }>, plan: ReadPlan): Promise<Piece[]> {
    const scope = scopeOf(place);
    const [days, hours] = await Promise.all([
      mapLimited(plan.days, (range) => this.#store.readScopeDays(scope, range)),
      mapLimited(plan.hours, (range) => this.#store.readScopeHours(scope, range)),
    ]);
    return [...days.flat(), ...hours.flat()].map(scopePiece);
  }

  /** A stay that begins or ends within a day can't use that day's row. */
  async #deviceDays(stay: Stay, plan: ReadPlan): Promise<DeviceWindowRow[]> {
    const [days] = plan.days;
    if (days === undefined) return [];
    const inner = planReads(cut(days, stay), dayMs);
    const rows = await mapLimited(inner.days, (range) =>
      this.#store.readDays(stay.deviceId, range),
    );
    return [...rows.flat(), ...(await this.#deviceRows('readHours', stay, inner.hours))];
  }

  async #deviceRows(
    method: 'readHours' | 'readMinutes',
    stay: Stay,
    ranges: readonly TimeRange[],
  ): Promise<DeviceWindowRow[]> {
    const parts = ranges.map((range) => cut(range, stay)).filter(({ from, to }) => from < to);
    const rows = await mapLimited(parts, (part) => this.#store[method](stay.deviceId, part));
    return rows.flat();
  }
}

function scopePiece({ windowStart, values }: ScopeWindowRow): Piece {
  return { start: windowStart, values, clusters: values.clusters };
}

function cut(range: TimeRange, stay: TimeRange): TimeRange {
  return { from: Math.max(range.from, stay.from), to: Math.min(range.to, stay.to) };
}

function total(
  rows: readonly Pick<DeviceWindowRow, 'values'>[],
  of: (values: DeviceWindowRow['values']) => number,
): number {
  return rows.reduce((sum, { values }) => sum + of(values), 0);
}
