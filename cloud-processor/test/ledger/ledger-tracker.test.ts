import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ledgerBlockSeqs, type DeviceRecord, type LoggedRecord } from '@emotion-fleet/contracts';
import { summarizeLedger, type ObservationStore } from '@emotion-fleet/observation-store';
import { maxGapSeqs } from '../../src/ledger/gaps.ts';
import { LedgerTracker } from '../../src/ledger/ledger-tracker.ts';
import { newStore } from '../support/driver.ts';
import { gap, otherRunId, presence, runId, sample, startAt } from '../support/records.ts';

const logged = (record: LoggedRecord['record'], receivedAt = startAt + 100): LoggedRecord => ({
  deviceId: 'cam-a',
  receivedAt,
  record,
});
const marker = (seq: number): LoggedRecord =>
  logged({ schema: 1, kind: 'rejected', runId, seq, reason: 'bad_shape' });

function trackerOf(store: ObservationStore): LedgerTracker {
  return new LedgerTracker({ store, limits: { idleMs: 60_000, runs: 10, ledgerBlocks: 10 } });
}

async function enter(
  tracker: LedgerTracker,
  store: ObservationStore,
  entries: readonly LoggedRecord[],
  version = 1,
) {
  const change = await tracker.apply(entries, { version, logTime: 0 });
  await store.putLedgerRuns(change.runs);
  await store.putLedgerBlocks(change.blocks);
  return change.counts;
}

async function summary(store: ObservationStore) {
  return summarizeLedger({
    blocks: await store.readLedgerBlocks('cam-a'),
    runs: await store.readLedgerRuns('cam-a'),
    now: startAt,
    lastHeardAt: startAt,
  });
}

suite('ledger tracker', () => {
  test('tells new records from repeated ones, also after a restart', async () => {
    const store = await newStore();
    const records = [0, 1, 2].map((seq) => logged(sample({ seq })));
    assert.equal((await enter(trackerOf(store), store, records)).stored, 3);
    const counts = await enter(trackerOf(store), store, [...records, marker(1), marker(3)], 2);
    assert.deepEqual(counts, {
      stored: 0,
      duplicates: 3,
      markers: 1,
      duplicateMarkers: 1,
      oversizedGaps: 0,
    });
  });

  test('reads the blocks that it touches, once, and no others of a long run', async () => {
    const store = await newStore();
    const toSeq = 100 * ledgerBlockSeqs;
    const times = { fromAt: startAt - 5_000_000, toAt: startAt };
    await enter(trackerOf(store), store, [logged(gap({ seq: 0, fromSeq: 0, toSeq, ...times }))]);
    const read: unknown[] = [];
    const { readLedgerBlocks } = store;
    store.readLedgerBlocks = (deviceId, ofRun, blocks) => {
      read.push(blocks);
      return readLedgerBlocks.call(store, deviceId, ofRun, blocks);
    };
    const tracker = trackerOf(store);
    const records = [7, 8, 50].map((block) => ({
      ...sample({ seq: block * ledgerBlockSeqs }),
      runId: otherRunId,
    }));
    for (const version of [2, 3]) {
      const entries = records.map((record) => logged(record));
      await enter(tracker, store, entries, version);
    }
    assert.deepEqual(read, [
      { from: 7, to: 9 },
      { from: 50, to: 51 },
    ]);
    const blocks = await readLedgerBlocks.call(store, 'cam-a', otherRunId, { from: 7, to: 8 });
    assert.equal(blocks[0]!.stored[0], 1);
    assert.equal(blocks[0]!.declared[0], 0xfe);
  });

  test('another receivedAt changes nothing', async () => {
    const store = await newStore();
    const tracker = trackerOf(store);
    await enter(tracker, store, [logged(sample()), marker(1)]);
    const before = await store.readLedgerBlocks('cam-a');
    const again = { ...marker(1), receivedAt: startAt + 9_000 };
    await enter(tracker, store, [logged(sample(), startAt + 9_000), again]);
    assert.deepEqual(await store.readLedgerBlocks('cam-a'), before);
  });

  test('stored beats declared, whichever comes first', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const store = await newStore();
      const records: DeviceRecord[] = [
        sample({ runId: otherRunId, seq: 12 }),
        gap({ fromSeq: 10, toSeq: 25, seq: 0 }),
      ];
      await enter(
        trackerOf(store),
        store,
        order.map((index) => logged(records[index]!)),
      );
      assert.deepEqual(await summary(store), {
        stored: 2,
        declared: 15,
        rejected: 0,
        pending: 10,
        stranded: 0,
        unexplained: 0,
      });
    }
  });

  test('enters a gap of millions of seqs by blocks, and refuses one that can not be', async () => {
    const store = await newStore();
    const toSeq = 5_000_000;
    await enter(trackerOf(store), store, [
      logged(gap({ seq: 0, fromSeq: 10, toSeq, fromAt: startAt - 5_000_000, toAt: startAt })),
    ]);
    const blocks = (await store.readLedgerBlocks('cam-a')).filter(
      (row) => row.runId === otherRunId,
    );
    assert.equal(blocks.length, Math.floor(toSeq / ledgerBlockSeqs) + 1);
    assert.ok(
      blocks.every((row, index) => index === 0 || row.firstAt >= blocks[index - 1]!.lastAt),
    );
    assert.equal((await summary(store)).declared, toSeq - 9);

    const counts = await enter(trackerOf(store), store, [
      logged(gap({ seq: 1, fromSeq: 0, toSeq: maxGapSeqs })),
    ]);
    assert.equal(counts.oversizedGaps, 1);
    assert.equal((await summary(store)).declared, toSeq - 9);
  });

  test('learns head and acked seq of each run from presence, never backwards', async () => {
    const store = await newStore();
    const tracker = trackerOf(store);
    const runs = (headSeq: number, ackedBelow: number) => [
      { runId, headSeq, ackedBelow },
      { runId: otherRunId, headSeq: 7, ackedBelow: 7 },
    ];
    await enter(tracker, store, [logged(presence({ seq: 8, runs: runs(9, 4) }))]);
    await enter(tracker, store, [logged(presence({ seq: 2, runs: runs(3, 1) }))], 2);
    const rows = await store.readLedgerRuns('cam-a');
    assert.deepEqual(
      rows.map((row) => [row.runId, row.headSeq, row.ackedBelow]),
      [
        [runId, 9, 4],
        [otherRunId, 7, 7],
      ],
    );
    assert.deepEqual(await summary(store), {
      stored: 2,
      declared: 0,
      rejected: 0,
      pending: 4,
      stranded: 0,
      unexplained: 10,
    });
  });
});
