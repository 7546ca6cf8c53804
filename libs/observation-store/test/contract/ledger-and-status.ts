import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { LedgerBlockRow, ObservationStore } from '@emotion-fleet/observation-store';
import {
  anHour,
  anotherRun,
  healthMessage,
  ledgerBlock,
  ledgerRun,
  statusMessage,
} from '../builders.ts';
import { newDevice } from './scope.ts';

/** Ledger, device status and health. `getStore` is asked once the store is started. */
export function ledgerAndStatusContract(getStore: () => ObservationStore): void {
  let store: ObservationStore;
  before(() => {
    store = getStore();
  });
  describe('ledger', () => {
    test('bitmaps come back bit by bit, in order of run and block', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ minLength: 512, maxLength: 512 }),
          fc.uint8Array({ minLength: 512, maxLength: 512 }),
          async (stored, declared) => {
            const deviceId = newDevice();
            const version = store.epoch;
            const rows = [
              { ...ledgerBlock({ deviceId, version, block: 0 }), stored, declared },
              ledgerBlock({ deviceId, version, block: 10, stored: [0, 4_095] }),
              ledgerBlock({ deviceId, version, runId: anotherRun, stored: [7] }),
            ];
            await store.putLedgerBlocks(rows.toReversed());
            const read = await store.readLedgerBlocks(deviceId);
            assert.deepEqual(read.map(plainBitmaps), rows.map(plainBitmaps));
            const ofRun = await store.readLedgerBlocks(deviceId, anotherRun);
            assert.deepEqual(ofRun.map(plainBitmaps), [plainBitmaps(rows[2]!)]);
            const run = rows[0]!.runId;
            for (const [from, to, expected] of [
              [0, 10, [0]],
              [0, 11, [0, 10]],
              [1, 11, [10]],
              [1, 10, []],
            ] as const) {
              const some = await store.readLedgerBlocks(deviceId, run, { from, to });
              assert.deepEqual(
                some.map(({ block }) => block),
                expected,
              );
            }
          },
        ),
        { numRuns: 5 },
      );
    });

    test('a bitmap that its owner changes after the write is not changed in the store', async () => {
      const deviceId = newDevice();
      const row = ledgerBlock({ deviceId, version: store.epoch, stored: [1] });
      await store.putLedgerBlocks([row]);
      row.stored[0] = 255;
      assert.equal((await store.readLedgerBlocks(deviceId))[0]?.stored[0], 2);
    });

    test('what a device says of its runs is kept by run', async () => {
      const deviceId = newDevice();
      const rows = [
        ledgerRun({ deviceId, version: store.epoch, headSeq: 10 }),
        { ...ledgerRun({ deviceId, version: store.epoch, headSeq: 0 }), runId: anotherRun },
      ];
      await store.putLedgerRuns(rows.toReversed());
      assert.deepEqual(await store.readLedgerRuns(deviceId), rows);
    });
  });

  describe('status and health', () => {
    test('the highest connectSeq wins; among equals the later receivedAt', async () => {
      const deviceId = newDevice();
      const put = (connectSeq: number, receivedAt: number, state: 'online' | 'offline') =>
        store.putDeviceStatus({
          deviceId,
          receivedAt,
          message: statusMessage(connectSeq, state),
        });
      const state = async () => {
        const rows = await store.readDeviceStatuses();
        return rows.find((row) => row.deviceId === deviceId)?.message.state;
      };
      await put(2, anHour, 'online');
      // The will of the old connection, delivered late.
      await put(1, anHour + 5_000, 'offline');
      assert.equal(await state(), 'online');
      await put(2, anHour + 6_000, 'offline');
      assert.equal(await state(), 'offline');
      await put(2, anHour, 'online');
      assert.equal(await state(), 'offline');
      await put(3, anHour + 7_000, 'online');
      assert.equal(await state(), 'online');
    });

    test('health is kept by the time it arrived', async () => {
      const deviceId = newDevice();
      const rows = [0, 30_000, 60_000].map((ms) => ({
        ...{ deviceId, receivedAt: anHour + ms, message: healthMessage(ms) },
      }));
      await store.putHealth(rows.toReversed());
      await store.putHealth(rows);
      assert.deepEqual(
        await store.readHealth(deviceId, { from: anHour, to: anHour + 60_000 }),
        rows.slice(0, 2),
      );
    });
  });
}

/** Buffers and typed arrays with the same bytes are the same here. */
function plainBitmaps(row: LedgerBlockRow): object {
  const { stored, declared, rejected } = row;
  return {
    ...row,
    stored: [...stored],
    declared: [...declared],
    rejected: [...rejected],
  };
}
