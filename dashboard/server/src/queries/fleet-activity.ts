import type { TimeRange } from '@emotion-fleet/observation-store';
import type { Clock } from '../clock.ts';
import type { FleetMap } from './fleet-map.ts';
import { KeptAnswers } from './kept-answers.ts';
import type { StaysReading, WindowReader } from './window-reader.ts';

export interface FleetActivityOptions {
  readonly reader: WindowReader;
  readonly clock: Clock;
  /** How long an answer about a fleet of so many is used; of a smaller one for as much shorter. */
  readonly maxAgeMs: number;
  readonly devicesReadAtOnce: number;
}

/** An open page asks for one or two ranges. */
const maxKept = 8;

/**
 * What each device of the fleet did in a range. The privacy gate wants it for every figure of a page, the fleet's
 * figures for the ends of their range and the lists for every page of theirs, each a row or more of each device: it is
 * read once for all who ask within a short time.
 */
export class FleetActivity {
  readonly #options: FleetActivityOptions;
  readonly #kept: KeptAnswers<StaysReading>;

  constructor(options: FleetActivityOptions) {
    this.#options = options;
    this.#kept = new KeptAnswers({ clock: options.clock, keptMs: options.maxAgeMs, maxKept });
  }

  async read(fleet: FleetMap, range: TimeRange): Promise<StaysReading> {
    // With the fleet, since a device that was added or moved must be known to the gate at once.
    const question = `${range.from} ${range.to} ${fleet.fingerprint}`;
    const { reader, maxAgeMs, devicesReadAtOnce } = this.#options;
    const share = Math.min(1, fleet.devices.size / devicesReadAtOnce);
    return this.#kept.get(
      question,
      () => reader.readStays(fleet.stays({ kind: 'fleet' }, range), range),
      maxAgeMs * share,
    );
  }
}
