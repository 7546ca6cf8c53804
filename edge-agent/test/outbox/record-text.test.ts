import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PresenceRecord, SampleRecord, VisitRecord } from '@emotion-fleet/contracts';
import { readGolden } from '@emotion-fleet/contracts/golden';
import { recordText, storeDraft } from '../../src/outbox/record-text.ts';
import type { RecordDraft } from '../../src/ports.ts';

const offsetMs = 1_790_000_000_000;
type Golden = (SampleRecord | VisitRecord | PresenceRecord) & { startedAt?: number };

for (const name of ['sample', 'sample-uncertain', 'visit', 'presence'] as const) {
  test(`a draft of the golden ${name} becomes the golden ${name}`, () => {
    const golden = readGolden(name) as Golden;
    const { schema, runId, seq, observedAt, clock, startedAt, ...rest } = golden;
    const { endedAt, runs, ...content } = rest as Record<string, unknown>;
    const draft = {
      ...content,
      observedAtMs: observedAt - offsetMs,
      ...(startedAt !== undefined && { startedAtMs: startedAt - offsetMs }),
    } as RecordDraft;
    const stored = storeDraft({ draft, seq, progress: () => (runs ?? []) as never });
    const text = recordText(stored, { runId, offset: { offsetMs, clock } });
    assert.deepEqual(JSON.parse(text), golden);
    assert.equal(schema, 1);
    if (golden.kind === 'visit') assert.equal(endedAt, observedAt);
  });
}
