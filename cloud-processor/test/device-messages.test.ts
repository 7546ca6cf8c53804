import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { logTopics, type StatusMessage } from '@emotion-fleet/contracts';
import { readGolden } from '@emotion-fleet/contracts/golden';
import type { PartitionBatch } from '@emotion-fleet/event-log';
import { applyHealth, applyStatuses } from '../src/device-messages.ts';
import { newStore } from './support/driver.ts';
import { startAt } from './support/records.ts';

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function batchOf(values: readonly (object | null)[]): PartitionBatch {
  const entries = values.map((value, offset) => ({
    key: 'cam-a',
    offset,
    value: value === null ? null : encode(value),
  }));
  return { topic: logTopics.deviceStatus, partition: 0, entries };
}
const status = (given: Partial<StatusMessage>, receivedAt = startAt) => ({
  deviceId: 'cam-a',
  receivedAt,
  message: { ...(readGolden('status') as StatusMessage), ...given },
});

suite('device messages', () => {
  test('the will of an old connection does not overrule a newer birth', async () => {
    const store = await newStore();
    const birth = status({ state: 'online', connectSeq: 8 });
    const oldWill = status({ state: 'offline', connectSeq: 7 }, startAt + 5_000);
    await applyStatuses(store, batchOf([status({ connectSeq: 7 }), birth, oldWill]));
    await applyStatuses(store, batchOf([oldWill]));
    assert.deepEqual(await store.readDeviceStatuses(), [birth]);
  });

  test('skips what it can not read, does not count tombstones, and keeps the rest', async () => {
    const store = await newStore();
    const stranger = { ...status({}), deviceId: 'cam-b' };
    const bad = [null, { deviceId: 'cam-a' }, stranger, { ...status({}), message: { schema: 2 } }];
    const applied = await applyStatuses(store, batchOf([...bad, status({})]));
    assert.deepEqual(applied, { applied: 1, bad: 3 });
    assert.equal((await store.readDeviceStatuses()).length, 1);
  });

  test('stores each health message', async () => {
    const store = await newStore();
    const at = (receivedAt: number) => ({
      deviceId: 'cam-a',
      receivedAt,
      message: readGolden('health'),
    });
    await applyHealth(store, batchOf([at(startAt), at(startAt + 30_000), {}]));
    const rows = await store.readHealth('cam-a', { from: startAt, to: startAt + 60_000 });
    assert.deepEqual(
      rows.map(({ receivedAt }) => receivedAt),
      [startAt, startAt + 30_000],
    );
  });
});
