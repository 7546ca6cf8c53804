import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  dayMs,
  hourMs,
  minuteMs,
  type ObservationStore,
  type RecordRow,
} from '@emotion-fleet/observation-store';
import { anHour, anotherRun, recordRow } from '../builders.ts';
import { always, newDevice } from './scope.ts';

const kinds = ['sample', 'visit', 'presence', 'gap'] as const;
const identityOf = (row: RecordRow): string => `${row.record.runId}/${row.record.seq}`;

/** Raw rows: each once, in order, for their time. `getStore` is asked once the store is started. */
export function rawRowsContract(getStore: () => ObservationStore): void {
  let store: ObservationStore;
  before(() => {
    store = getStore();
  });
  describe('raw rows', () => {
    test('gives records of every kind back as they were', async () => {
      const deviceId = newDevice();
      const rows = kinds.map((kind, seq) =>
        recordRow({ deviceId, kind, seq, time: anHour + seq * 1_000 }),
      );
      await store.putRecords(rows);
      assert.deepEqual(await store.readRecords({ deviceId, ...always }), rows);
    });

    test('stores a record once when it is delivered again, and keeps its first receivedAt', async () => {
      const deviceId = newDevice();
      const row = recordRow({ deviceId, seq: 0, time: anHour });
      const again = { ...row, receivedAt: row.receivedAt + 60_000 };
      await store.putRecords([row, again]);
      await store.putRecords([again]);
      assert.deepEqual(await store.readRecords({ deviceId, ...always }), [row]);
    });

    test('keeps apart the same seq of two runs and of two devices', async () => {
      const [one, other] = [newDevice(), newDevice()];
      const row = recordRow({ deviceId: one, seq: 0, time: anHour });
      const rows = [
        row,
        recordRow({ deviceId: one, runId: anotherRun, seq: 0, time: anHour }),
        { ...row, deviceId: other },
      ];
      await store.putRecords(rows);
      assert.equal((await store.readRecords({ deviceId: one, ...always })).length, 2);
      assert.equal((await store.readRecords({ deviceId: other, ...always })).length, 1);
    });

    test('reads in order of time, run and seq, whatever the order of writing', async () => {
      const deviceId = newDevice();
      const rows = [
        recordRow({ deviceId, seq: 3, time: anHour }),
        recordRow({ deviceId, kind: 'visit', seq: 10, time: anHour }),
        recordRow({ deviceId, runId: anotherRun, seq: 1, time: anHour }),
        recordRow({ deviceId, kind: 'presence', seq: 1, time: anHour + 1 }),
        recordRow({ deviceId, kind: 'gap', seq: 0, time: anHour + 2 }),
      ];
      await store.putRecords(rows.toReversed());
      assert.deepEqual(await store.readRecords({ deviceId, ...always }), rows);
    });

    test('ranges are half open, and a visit stands at its start', async () => {
      const deviceId = newDevice();
      const times = [anHour - 1, anHour, anHour + minuteMs - 1, anHour + minuteMs];
      await store.putRecords([
        ...times.map((time, seq) => recordRow({ deviceId, seq, time })),
        recordRow({ deviceId, kind: 'visit', seq: 9, time: anHour + minuteMs - 1 }),
      ]);
      const read = await store.readRecords({ deviceId, from: anHour, to: anHour + minuteMs });
      assert.deepEqual(
        read.map((row) => row.record.seq),
        [1, 2, 9],
      );
    });

    test('reads the kinds and the number asked for, earliest first, over hours and days', async () => {
      const deviceId = newDevice();
      const rows = Array.from({ length: 12 }, (_, seq) =>
        recordRow({
          deviceId,
          kind: kinds[seq % 4]!,
          seq,
          time: anHour - (12 - seq) * 5 * hourMs,
        }),
      );
      await store.putRecords(rows);
      const visitsAndGaps = await store.readRecords({
        ...{ deviceId, ...always },
        ...{ kinds: ['visit', 'gap'] as const, limit: 3 },
      });
      assert.deepEqual(visitsAndGaps, [rows[1], rows[3], rows[5]]);
    });

    test('reads and scans many pages without hole or double', async () => {
      const deviceId = newDevice();
      const rows = Array.from({ length: 5_000 }, (_, seq) =>
        // Many share a moment, so that a page ends among equals.
        recordRow({ deviceId, seq, time: anHour + Math.floor(seq / 700) }),
      );
      await store.putRecords(rows);
      const read = await store.readRecords({ deviceId, ...always });
      assert.deepEqual(read.map(identityOf), rows.map(identityOf));
      const scanned: string[] = [];
      for await (const row of store.scanRecords()) {
        if (row.deviceId === deviceId) scanned.push(identityOf(row));
      }
      assert.equal(scanned.length, rows.length);
      assert.deepEqual(new Set(scanned), new Set(rows.map(identityOf)));
    });

    test('a replay does not bring back what has outlived its time', async () => {
      const deviceId = newDevice();
      const time = Date.now() - 400 * dayMs;
      await store.putRecords([recordRow({ deviceId, seq: 0, time })]);
      assert.deepEqual(await store.readRecords({ deviceId, ...always }), []);
    });

    test('any deliveries of any records, in any order, leave each record once', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 10 }), { maxLength: 6 }),
          async (batches) => {
            const deviceId = newDevice();
            for (const [index, batch] of batches.entries()) {
              const rows = batch.map((seq) => {
                const kind = kinds[seq % 4]!;
                const row = recordRow({ deviceId, kind, seq, time: anHour + seq });
                return { ...row, receivedAt: row.receivedAt + index };
              });
              await store.putRecords(rows);
            }
            const read = await store.readRecords({ deviceId, ...always });
            const expected = [...new Set(batches.flat())].sort((a, b) => a - b);
            assert.deepEqual(
              read.map((row) => row.record.seq),
              expected,
            );
          },
        ),
        { numRuns: 20 },
      );
    });
  });
}
