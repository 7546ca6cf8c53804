import type { TimeRange } from '@emotion-fleet/observation-store';
import type { Clock } from '../clock.ts';
import type { FleetMap } from './fleet-map.ts';
import { KeptAnswers } from './kept-answers.ts';
import type { Activity, WindowReader } from './window-reader.ts';

export interface FleetActivityOptions {
  readonly reader: WindowReader;
  readonly clock: Clock;
  /** How long an answer is used. */
  readonly maxAgeMs: number;
}

/** An open page asks for one or two ranges. */
const maxKept = 8;

/**
 * What each device of the fleet did in a range. The privacy gate wants it for every figure of a page and the lists for
 * every page of theirs, each a row or more of each device: it is read once for all who ask within a short time.
 */
export class FleetActivity {
  readonly #reader: WindowReader;
  readonly #kept: KeptAnswers<readonly Activity[]>;

  constructor({ reader, clock, maxAgeMs }: FleetActivityOptions) {
    this.#reader = reader;
    this.#kept = new KeptAnswers({ clock, keptMs: maxAgeMs, maxKept });
  }

  async read(fleet: FleetMap, range: TimeRange): Promise<readonly Activity[]> {
    // With the fleet, since a device that was added or moved must be known to the gate at once.
    const question = `${range.from} ${range.to} ${fleet.fingerprint}`;
    return this.#kept.get(question, () =>
      this.#reader.readActivity(fleet.stays({ kind: 'fleet' }, range), range),
    );
  }
}
