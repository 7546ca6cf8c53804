/** What the outbox has promised of one record, and what became of it. */
export interface Pledge {
  /** The record's `trackId`, which no other record has. */
  readonly token: string;
  readonly runId: string;
  /** Known once a group sync has made the record durable: from then on it must not be lost. */
  seq: number | undefined;
  /** Its run's offset was durable, too. */
  isDated: boolean;
  isAcked: boolean;
  /** When it was acked, if by the present run of the agent. */
  ackedAtMs: number | undefined;
  /** The ack is durable: the record must not come again. */
  isAckSure: boolean;
}

export interface SyncedOptions {
  /** Where the records that are on the disk stand. */
  readonly seqs: ReadonlyMap<string, number>;
  readonly isDated: boolean;
  readonly nowMs: number;
  /** Acks this old have been written. */
  readonly markIntervalMs: number;
}

/** The book of a device's promises over all its starts. */
export class Pledges {
  readonly #pledges = new Map<string, Pledge>();
  #runId = '';

  /** A start of the agent: what the last one had in memory alone is no promise. */
  begin(runId: string): void {
    this.#runId = runId;
    for (const pledge of this.#pledges.values()) {
      if (pledge.seq === undefined) this.#pledges.delete(pledge.token);
      pledge.ackedAtMs = undefined;
    }
  }

  append(token: string): void {
    this.#pledges.set(token, {
      ...{ token, runId: this.#runId, seq: undefined, isDated: false },
      ...{ isAcked: false, ackedAtMs: undefined, isAckSure: false },
    });
  }

  ack(tokens: readonly string[], nowMs: number): void {
    for (const token of tokens) {
      const pledge = this.#pledges.get(token);
      if (pledge === undefined) continue;
      pledge.isAcked = true;
      pledge.ackedAtMs ??= nowMs;
    }
  }

  /** A group sync has returned. */
  synced({ seqs, isDated, nowMs, markIntervalMs }: SyncedOptions): void {
    for (const pledge of this.#pledges.values()) {
      if (pledge.runId === this.#runId) {
        pledge.seq ??= seqs.get(pledge.token) ?? missing(pledge.token);
        pledge.isDated ||= isDated;
      }
      const { ackedAtMs } = pledge;
      if (ackedAtMs !== undefined && nowMs - ackedAtMs >= markIntervalMs) pledge.isAckSure = true;
    }
  }

  /** Those whose record is known to be durable. */
  durable(): Pledge[] {
    return [...this.#pledges.values()].filter(({ seq }) => seq !== undefined);
  }
}

function missing(token: string): never {
  throw new Error(`a group sync returned, and ${token} is not on the disk`);
}
