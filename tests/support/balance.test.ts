import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import {
  MemoryDeviceRegistry,
  MemoryObservationStore,
} from '@emotion-fleet/observation-store/testing';
import { balance, isClean, type Balance, type RunDiary } from './balance.ts';
import { SeqBook } from './seq-book.ts';

/** Nothing has reached the log; all that is known of the run is what its device has written down. */
async function balanceOf(diary: RunDiary): Promise<Balance> {
  const eventLog = new MemoryEventLog();
  const store = new MemoryObservationStore();
  const registry = new MemoryDeviceRegistry();
  for (const part of [eventLog, store, registry]) await part.start();
  const diaries = new Map([['camera-0/a-run', diary]]);
  return balance({ eventLog, store, registry, acked: new SeqBook(), diaries });
}

test('records of a killed run that were not on its disk are no fault', async () => {
  const found = await balanceOf({ made: 5, syncedBelow: 0, hasEnded: false });
  assert.equal(found.unsynced, 5);
  assert.ok(isClean(found));
});

test('records of a killed run that were on its disk must not be gone', async () => {
  const found = await balanceOf({ made: 5, syncedBelow: 3, hasEnded: false });
  assert.equal(found.unsynced, 2);
  assert.equal(found.unexplained, 3);
  assert.ok(!isClean(found));
});

test('no record of a run that ended in good order may be gone', async () => {
  const found = await balanceOf({ made: 5, syncedBelow: 0, hasEnded: true });
  assert.equal(found.unsynced, 0);
  assert.equal(found.unexplained, 5);
  assert.ok(!isClean(found));
});
