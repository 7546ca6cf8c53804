import { checkRecord, type DeviceRecord, type RecordKind } from '@emotion-fleet/contracts';
import { recordText, storeDraft } from '../src/outbox/record-text.ts';
import type { RecordDraft, RecordSink } from '../src/ports.ts';

const runId = '0b0e7a5e-5f2c-4a57-9d43-7c1b2a3f4e5d';

/** Keeps drafts in memory, and can say what the outbox would send of them. */
export class MemorySink implements RecordSink {
  readonly drafts: RecordDraft[] = [];

  append(draft: RecordDraft): void {
    this.drafts.push(draft);
  }

  of<Kind extends RecordKind>(kind: Kind): Extract<RecordDraft, { kind: Kind }>[] {
    return this.drafts.filter((draft) => draft.kind === kind) as Extract<
      RecordDraft,
      { kind: Kind }
    >[];
  }

  /** The records with seqs and wall times; throws where one would be refused by the gateway. */
  records(offsetMs = 1_790_000_000_000): DeviceRecord[] {
    return this.drafts.map((draft, seq) => {
      const progress = () => [{ runId, headSeq: seq + 1, ackedBelow: 0 }];
      const stored = storeDraft({ draft, seq, progress });
      const text = recordText(stored, { runId, offset: { offsetMs, clock: 'ntp' } });
      const checked = checkRecord(JSON.parse(text));
      if (!checked.ok) throw new Error(`${checked.reason}: ${checked.detail} in ${text}`);
      return checked.value;
    });
  }
}
