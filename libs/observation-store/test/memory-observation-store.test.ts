import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryObservationStore } from '@emotion-fleet/observation-store/testing';
import { anHour, recordRow } from './builders.ts';
import { observationStoreContract } from './observation-store-contract.ts';

observationStoreContract('MemoryObservationStore', async () => ({
  store: new MemoryObservationStore(),
  remove: async () => {},
}));

test('a write rejects with what beforeWrite throws, and changes nothing', async () => {
  const store = new MemoryObservationStore({
    beforeWrite: () => {
      throw new Error('no');
    },
  });
  await store.start();
  const row = recordRow({ deviceId: 'cam-1', seq: 0, time: anHour });
  await assert.rejects(store.putRecords([row]), /no/);
  assert.deepEqual(await store.readRecords({ deviceId: 'cam-1', from: 0, to: 4e12 }), []);
});
