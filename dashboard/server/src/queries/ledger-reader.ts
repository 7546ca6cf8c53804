import { summarizeLedger, type ObservationStore } from '@emotion-fleet/observation-store';
import type { Clock } from '../clock.ts';
import { readStatuses } from './device-signs.ts';
import type { Stay } from './fleet-map.ts';
import { KeptAnswers } from './kept-answers.ts';
import { readLedgerPart } from './ledger-part.ts';
import { mapLimited } from './map-limited.ts';

/** Records that did not come, by what is known of them. */
export interface LedgerCounts {
  readonly declared: number;
  readonly rejected: number;
  readonly pending: number;
  readonly stranded: number;
  readonly unexplained: number;
}

/**
 * A day of a ledger is ten blocks and more: a page asks for the same one several times at once and
 * then each few seconds, so that answers are kept for this long; of more stays than these for longer, so that
 * no more of them are read a second.
 */
const keptMs = 3_000;
const staysReadAtOnce = 2_000;
const maxKept = 50_000;

/** What the ledger says of stays at sites. */
export class LedgerReader {
  readonly #store: ObservationStore;
  readonly #clock: Clock;
  readonly #kept: KeptAnswers<LedgerCounts>;

  constructor({ store, clock }: { readonly store: ObservationStore; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
    this.#kept = new KeptAnswers({ clock, keptMs, maxKept });
  }

  /** Adds up what became of the records of some stays. */
  async read(stays: readonly Stay[]): Promise<LedgerCounts> {
    const statuses = await readStatuses(this.#store);
    const keptLongerMs = keptMs * Math.max(1, stays.length / staysReadAtOnce);
    const counts = await mapLimited(stays, (stay) =>
      this.#kept.get(
        `${stay.deviceId}/${stay.from}/${stay.to}`,
        () => this.#readStay(stay, statuses.get(stay.deviceId)?.receivedAt),
        keptLongerMs,
      ),
    );
    const total = (count: keyof LedgerCounts): number =>
      counts.reduce((sum, each) => sum + each[count], 0);
    return {
      declared: total('declared'),
      rejected: total('rejected'),
      pending: total('pending'),
      stranded: total('stranded'),
      unexplained: total('unexplained'),
    };
  }

  async #readStay(stay: Stay, statusAt = -Infinity): Promise<LedgerCounts> {
    const { deviceId } = stay;
    const now = this.#clock.now();
    const [runs, healths] = await Promise.all([
      this.#store.readLedgerRuns(deviceId),
      // A camera that has been connected for days and says nothing else is heard all the same.
      this.#store.readHealth(deviceId, { from: now - 120_000, to: now + 120_000 }),
    ]);
    // Runs outside the stay count for nothing in it; their bitmaps stay unread.
    const touched = runs.filter((run) => run.firstAt < stay.to && run.lastAt >= stay.from);
    const blocks = await mapLimited(touched, (run) =>
      readLedgerPart({ store: this.#store, run, range: stay }),
    );
    const heard = [statusAt, healths.at(-1)?.receivedAt ?? -Infinity, ...runs.map((r) => r.lastAt)];
    return summarizeLedger({
      blocks: blocks.flat(),
      runs,
      now,
      lastHeardAt: Math.max(...heard),
      range: stay,
    });
  }
}
