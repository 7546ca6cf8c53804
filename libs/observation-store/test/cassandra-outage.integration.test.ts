import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipWithoutStack } from '@emotion-fleet/deploy';
import {
  CassandraDeviceRegistry,
  CassandraObservationStore,
  ObservationStoreError,
} from '@emotion-fleet/observation-store';
import { anHour, recordRow } from './builders.ts';
import { CassandraUnderTest } from './cassandra/cassandra-under-test.ts';
import { always, newDevice } from './contract/scope.ts';
import { waitUntil } from './wait-until.ts';

const batchRows = 250;

describe('when Cassandra is killed and comes back', { skip: await skipWithoutStack() }, () => {
  const cassandra = new CassandraUnderTest();
  let store: CassandraObservationStore;
  let registry: CassandraDeviceRegistry;
  before(async () => {
    await cassandra.start();
    const options = { cassandra: { ...cassandra.options(), requestTimeoutMs: 2_000 } };
    store = new CassandraObservationStore(options);
    await store.start();
    registry = new CassandraDeviceRegistry(options);
    await registry.start();
  });
  after(async () => {
    await store.stop();
    await registry.stop();
    await cassandra.stop();
  });

  test('every row that was promised is there once, and the store says when it can be used', async () => {
    const deviceId = newDevice();
    const promised: number[] = [];
    const refusals: unknown[] = [];
    const write = async (lane: number): Promise<void> => {
      for (let batch = lane; ; batch += 4) {
        const rows = Array.from({ length: batchRows }, (_, index) => {
          const seq = batch * batchRows + index;
          return recordRow({ deviceId, seq, time: anHour + seq });
        });
        try {
          await store.putRecords(rows);
          promised.push(batch);
        } catch (error) {
          refusals.push(error);
          return;
        }
      }
    };
    const lanes = [0, 1, 2, 3].map(write);
    await waitUntil('rows are promised', () => promised.length >= 20);
    await cassandra.server.kill();
    await waitUntil('the store is down', () => store.health().state === 'down');
    await Promise.all(lanes);
    assert.equal(refusals.length, lanes.length);
    assert.ok(refusals.every((error) => error instanceof ObservationStoreError));
    const row = recordRow({ deviceId: newDevice(), seq: 0, time: anHour });
    await assert.rejects(store.putRecords([row]), { code: 'unavailable' });
    await assert.rejects(registry.verifyToken('cam-1', 'token'), { code: 'unavailable' });
    assert.equal(registry.health().state, 'down');

    await cassandra.server.start();
    await waitUntil('the store is up again', () => store.health().state === 'ok', 120_000);
    await store.putRecords([row]);
    await waitUntil('the registry answers again', async () => {
      const answer = await registry.verifyToken('cam-1', 'token').catch((error: unknown) => error);
      return answer === false;
    });
    assert.equal(registry.health().state, 'ok');
    const read = await store.readRecords({ deviceId, ...always });
    const seqs = new Set(read.map(({ record }) => record.seq));
    assert.equal(seqs.size, read.length);
    const missing = promised
      .flatMap((batch) => Array.from({ length: batchRows }, (_, i) => batch * batchRows + i))
      .filter((seq) => !seqs.has(seq));
    assert.deepEqual(missing, []);
  });
});
