import type { TimeRange } from '@emotion-fleet/observation-store';
import type { Clock } from '../clock.ts';
import type { FleetMap, Stay } from './fleet-map.ts';
import type { Activity, WindowReader } from './window-reader.ts';

export interface FleetActivityOptions {
  readonly reader: WindowReader;
  readonly clock: Clock;
  /** How long an answer is used. */
  readonly maxAgeMs: number;
}

interface Answer {
  readonly readAt: number;
  readonly stays: readonly Stay[];
  readonly activities: Promise<readonly Activity[]>;
}

/** An open page asks for one or two. */
const maxRanges = 8;

/**
 * What each device of the fleet did in a range. The privacy gate wants it for every figure of a page and the lists for
 * every page of theirs, each a row or more of each device: it is read once for all who ask within a short time.
 */
export class FleetActivity {
  readonly #options: FleetActivityOptions;
  /** The oldest first. */
  readonly #answers = new Map<string, Answer>();

  constructor(options: FleetActivityOptions) {
    this.#options = options;
  }

  async read(fleet: FleetMap, range: TimeRange): Promise<readonly Activity[]> {
    const { reader, clock, maxAgeMs } = this.#options;
    const stays = fleet.stays({ kind: 'fleet' }, range);
    const key = `${range.from}/${range.to}`;
    const now = clock.now();
    const known = this.#answers.get(key);
    // A device that was added or moved must be known to the gate at once.
    if (known !== undefined && now - known.readAt < maxAgeMs && areSame(known.stays, stays)) {
      return known.activities;
    }
    const answer = { readAt: now, stays, activities: reader.readActivity(stays, range) };
    this.#answers.delete(key);
    this.#answers.set(key, answer);
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= maxRanges) break;
      this.#answers.delete(oldest);
    }
    try {
      return await answer.activities;
    } catch (error) {
      if (this.#answers.get(key) === answer) this.#answers.delete(key);
      throw error;
    }
  }
}

function areSame(a: readonly Stay[], b: readonly Stay[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ deviceId, siteId, from, to }, index) => {
      const other = b[index]!;
      return (
        deviceId === other.deviceId &&
        siteId === other.siteId &&
        from === other.from &&
        to === other.to
      );
    })
  );
}
