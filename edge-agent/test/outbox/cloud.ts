import assert from 'node:assert/strict';
import { checkRecord, type DeviceRecord, type GapRecord } from '@emotion-fleet/contracts';
import { countOf, RangeSet } from '../../src/outbox/range-set.ts';

/** What a cloud would know of one device: each record once, its bytes, and what gaps declare. */
export class Cloud {
  readonly #texts = new Map<string, string>();
  readonly #stored = new Map<string, RangeSet>();
  readonly #declared = new Map<string, RangeSet>();
  readonly heads = new Map<string, number>();
  /** Runs that a presence record has reported as acked to their end. */
  readonly completed = new Set<string>();
  readonly records: DeviceRecord[] = [];
  duplicates = 0;

  /** Another cloud that knows as much. */
  copy(): Cloud {
    const other = new Cloud();
    for (const [key, text] of this.#texts) other.#texts.set(key, text);
    for (const [mine, theirs] of [
      [this.#stored, other.#stored],
      [this.#declared, other.#declared],
    ] as const) {
      for (const [runId, set] of mine) theirs.set(runId, RangeSet.of(set.ranges()));
    }
    for (const [runId, head] of this.heads) other.heads.set(runId, head);
    for (const runId of this.completed) other.completed.add(runId);
    other.records.push(...this.records);
    return other;
  }

  /** Takes a batch as it came over the wire; fails on a record that is wrong or differs from an earlier delivery. */
  receive(payload: Buffer): DeviceRecord[] {
    const fresh: DeviceRecord[] = [];
    for (const value of (JSON.parse(payload.toString()) as { records: unknown[] }).records) {
      const checked = checkRecord(value);
      assert.ok(checked.ok, checked.ok ? '' : `${checked.detail}: ${JSON.stringify(value)}`);
      const record = checked.value;
      const text = JSON.stringify(value);
      const key = `${record.runId}/${String(record.seq)}`;
      const known = this.#texts.get(key);
      if (known !== undefined) {
        assert.equal(text, known, 'a record is delivered again with other bytes');
        this.duplicates += 1;
        continue;
      }
      this.#texts.set(key, text);
      this.#store(record);
      fresh.push(record);
    }
    return fresh;
  }

  /** Seqs below `head` that are neither stored nor declared. */
  unexplained(runId: string, head: number): number {
    const stored = this.#set(this.#stored, runId);
    const declared = this.#set(this.#declared, runId);
    const missing = stored.missingWithin({ from: 0, end: head });
    return countOf(missing.flatMap((range) => declared.missingWithin(range)));
  }

  gaps(): GapRecord[] {
    return this.records.filter((record) => record.kind === 'gap');
  }

  /** Seqs that a gap covers although they are stored. */
  declaredInVain({ ofRunId, fromSeq, toSeq }: GapRecord): number {
    const range = { from: fromSeq, end: toSeq + 1 };
    return toSeq + 1 - fromSeq - countOf(this.#set(this.#stored, ofRunId).missingWithin(range));
  }

  #store(record: DeviceRecord): void {
    this.records.push(record);
    this.#set(this.#stored, record.runId).add({ from: record.seq, end: record.seq + 1 });
    if (record.kind === 'gap') {
      const range = { from: record.fromSeq, end: record.toSeq + 1 };
      this.#set(this.#declared, record.ofRunId).add(range);
    }
    if (record.kind !== 'presence') return;
    for (const { runId, headSeq, ackedBelow } of record.runs) {
      assert.equal(this.unexplained(runId, ackedBelow), 0, 'ackedBelow promises too much');
      if (ackedBelow === headSeq) this.completed.add(runId);
      this.heads.set(runId, Math.max(this.heads.get(runId) ?? 0, headSeq));
    }
  }

  #set(sets: Map<string, RangeSet>, runId: string): RangeSet {
    let set = sets.get(runId);
    if (set === undefined) sets.set(runId, (set = new RangeSet()));
    return set;
  }
}
