import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryObservationStore } from '@emotion-fleet/observation-store/testing';
import { KeptSigns } from '../../src/queries/kept-signs.ts';

async function setUp() {
  const store = new MemoryObservationStore();
  await store.start();
  let read: string[] = [];
  const readLedgerRuns = store.readLedgerRuns.bind(store);
  store.readLedgerRuns = (deviceId) => {
    read.push(deviceId);
    return readLedgerRuns(deviceId);
  };
  const signs = new KeptSigns({ store, readAtOnce: 2, maxAgeMs: 30_000 });
  /** Which devices are read at a refresh, and of which something is known after it. */
  const refresh = async (now: number, ...deviceIds: string[]) => {
    read = [];
    const devices = deviceIds.map((deviceId) => {
      return { deviceId, name: deviceId, createdAt: 0, schedule: [] };
    });
    const known = await signs.refresh(devices, now);
    return { read: read.toSorted(), known: [...known.keys()].toSorted() };
  };
  return { store, signs, refresh };
}

test('a fleet that can be read at once is read whole each time', async () => {
  const { refresh } = await setUp();
  const both = { read: ['a', 'b'], known: ['a', 'b'] };
  assert.deepEqual(await refresh(0, 'a', 'b'), both);
  assert.deepEqual(await refresh(1, 'a', 'b'), both);
});

test('of a larger one those that were read longest ago are read, and each in its turn', async () => {
  const { refresh } = await setUp();
  const known = ['a', 'b', 'c', 'd'];
  assert.deepEqual((await refresh(0, ...known)).read, known);
  assert.deepEqual(await refresh(5_000, ...known), { read: ['a', 'b'], known });
  assert.deepEqual(await refresh(10_000, ...known), { read: ['c', 'd'], known });
  assert.deepEqual(await refresh(15_000, ...known), { read: ['a', 'b'], known });
});

test('what is too old is read, however much that is', async () => {
  const { refresh } = await setUp();
  const all = ['a', 'b', 'c', 'd'];
  await refresh(0, ...all);
  assert.deepEqual((await refresh(29_999, ...all)).read, ['a', 'b']);
  assert.deepEqual((await refresh(30_000, ...all)).read, ['c', 'd']);
  assert.deepEqual((await refresh(90_000, ...all)).read, all);
});

test('a device that was added is read at once, and one that is gone is forgotten', async () => {
  const { refresh } = await setUp();
  await refresh(0, 'a', 'b', 'c');
  const { read, known } = await refresh(1, 'b', 'c', 'd');
  assert.ok(read.includes('d') && read.length === 2, read.join());
  assert.deepEqual(known, ['b', 'c', 'd']);
});

test('after a failure what was read before is still known', async () => {
  const { store, signs, refresh } = await setUp();
  await refresh(0, 'a', 'b', 'c');
  await store.stop();
  await assert.rejects(
    signs.refresh([{ deviceId: 'a', name: 'a', createdAt: 0, schedule: [] }], 1),
  );
  await store.start();
  assert.deepEqual((await refresh(2, 'a', 'b', 'c')).known, ['a', 'b', 'c']);
});

test('a device that is gone by now is still known to who asked for it before', async () => {
  const { store, signs, refresh } = await setUp();
  await refresh(0, 'a', 'b', 'c');
  const { promise: isGone, resolve: goOn } = Promise.withResolvers<undefined>();
  const readLedgerRuns = store.readLedgerRuns.bind(store);
  store.readLedgerRuns = async (deviceId) => {
    if (deviceId === 'b') await isGone;
    return readLedgerRuns(deviceId);
  };
  const devices = ['a', 'b', 'c'].map((deviceId) => {
    return { deviceId, name: deviceId, createdAt: 0, schedule: [] };
  });
  const before = signs.refresh(devices, 1);
  assert.deepEqual((await refresh(1, 'a')).known, ['a']);
  goOn(undefined);
  assert.deepEqual([...(await before).keys()], ['a', 'b', 'c']);
});
