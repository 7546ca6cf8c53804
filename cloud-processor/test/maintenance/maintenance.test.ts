import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { encodeLogged, logTopics } from '@emotion-fleet/contracts';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import {
  floorToHour,
  hourMs,
  zeroWindow,
  type ObservationStore,
  type RecordRow,
} from '@emotion-fleet/observation-store';
import {
  MemoryDeviceRegistry,
  MemoryObservationStore,
} from '@emotion-fleet/observation-store/testing';
import { silentLogger } from '@emotion-fleet/service';
import { compareRollups } from '../../src/compare-rollups.ts';
import { erase, planErasure, type EraseTarget } from '../../src/maintenance/erase.ts';
import { rebuild } from '../../src/maintenance/rebuild.ts';
import { replay } from '../../src/maintenance/replay.ts';
import { Processor } from '../../src/processor.ts';
import { emptyScopeWindow } from '../../src/recompute.ts';
import { defaultCacheLimits } from '../../src/record-handler.ts';
import { drive, newHandler } from '../support/driver.ts';
import { assertLedger, assertRawRows } from '../support/expectations.ts';
import { faultyStore } from '../support/faulty-store.ts';
import { fillRegistry } from '../support/fill-registry.ts';
import { Random } from '../support/random.ts';
import { startAt } from '../support/records.ts';
import { makeWorld, type World } from '../support/world.ts';

const always = { from: 0, to: 4e12 };
const now = startAt + 24 * hourMs;

/** A history in a log and, unless asked otherwise, applied to the store. */
async function setUp(seed: number, { applied = true, records = 25 } = {}) {
  const world = makeWorld(seed, records);
  const clock = { at: now, now: () => clock.at };
  const store = new MemoryObservationStore({ now: clock.now });
  const eventLog = new MemoryEventLog();
  const registry = new MemoryDeviceRegistry();
  for (const part of [store, eventLog, registry]) await part.start();
  await fillRegistry(registry, world);
  await eventLog.append(
    logTopics.faceEmotions,
    world.logged.map((one) => ({ key: one.deviceId, value: encodeLogged(one) })),
  );
  if (applied) {
    const handler = newHandler(store, world, defaultCacheLimits);
    await drive({ world, random: new Random(seed), handler: () => handler });
  }
  return { world, store, eventLog, registry, clock };
}

async function rawRows(store: ObservationStore): Promise<RecordRow[]> {
  const rows: RecordRow[] = [];
  for await (const row of store.scanRecords()) rows.push(row);
  return rows;
}

/** A store that is another one but for raw rows that it has lost. */
async function withoutSomeRows(
  store: MemoryObservationStore,
  keep: (row: RecordRow) => boolean,
): Promise<MemoryObservationStore> {
  const copy = new MemoryObservationStore({ now: () => now });
  await copy.start();
  await copy.putRecords((await rawRows(store)).filter(keep));
  return copy;
}

/** Windows that say what never was, above every version of the epoch. */
async function corrupt(store: ObservationStore, random: Random): Promise<void> {
  const version = store.epoch + 1_000_000;
  const values = { ...zeroWindow(), visits: 1_000 };
  const hour = floorToHour(startAt) + random.below(16) * hourMs;
  for (const deviceId of ['cam-a', 'cam-c']) {
    const window = { deviceId, windowStart: hour, version, values };
    await store.putMinutes([window]);
    await store.putDays([{ ...window, windowStart: startAt - 10 * hourMs }]);
    await store.putGrids([{ deviceId, hour, version, cells: new Map([[7, [9, 9, 9, 9, 9]]]) }]);
    for (const row of await store.readHours(deviceId, always)) {
      await store.putHours([{ ...row, version, values }]);
    }
  }
  for (const scope of ['fleet', 'site/north'] as const) {
    for (const row of await store.readScopeHours(scope, always)) {
      if (random.chance(0.5)) {
        await store.putScopeHours([{ ...row, version, values: { ...row.values, visits: 77 } }]);
      }
    }
  }
}

suite('rebuild', () => {
  test('mends what a log that was made anew could not write, and what comes after it counts', async () => {
    const { world, store, registry, clock } = await setUp(5, { applied: false });
    const process = async (log: MemoryEventLog, records: World['logged']) => {
      await log.start();
      await log.append(
        logTopics.faceEmotions,
        records.map((one) => ({ key: one.deviceId, value: encodeLogged(one) })),
      );
      const processor = new Processor({
        ...{ store, registry, clock, eventLog: log },
        logger: silentLogger(),
      });
      await processor.start();
      assert.ok(await processor.drain(10_000));
      await processor.stop();
    };
    const [first, second] = [world.logged.length - 30, world.logged.length - 15];
    const old = new MemoryEventLog();
    const anew = new MemoryEventLog();
    await process(old, world.logged.slice(0, first));
    await process(anew, world.logged.slice(first, second));
    assert.notDeepEqual(await compareRollups({ store, registry }), [], 'windows stand still');

    await rebuild({ store, registry, eventLog: anew, clock });
    assert.deepEqual(await compareRollups({ store, registry }), []);
    await process(anew, world.logged.slice(second));
    assert.deepEqual(await compareRollups({ store, registry }), []);
    await assertLedger(store, world);
  });

  test('makes every window what a recomputation gives, whatever stood there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const { store, world, ...others } = await setUp(seed);
        await corrupt(store, new Random(seed));
        assert.notDeepEqual(await compareRollups({ store, ...others }), []);
        await rebuild({ store, ...others });
        assert.deepEqual((await compareRollups({ store, ...others })).slice(0, 2), []);
        await assertRawRows(store, world);
        await assertLedger(store, world);
      }),
      { numRuns: 10 },
    );
  });

  test('fills a store that has raw rows alone, the ledger from the log', async () => {
    const { store: full, world, ...others } = await setUp(5);
    const store = await withoutSomeRows(full, () => true);
    await rebuild({ store, ...others, maxBatchEntries: 20 });
    assert.deepEqual(await compareRollups({ store, ...others }), []);
    await assertLedger(store, world);
  });

  test('may be broken off at any write, and is completed by the next one', async () => {
    for (let crashAt = 0, writes = Infinity; crashAt < writes; crashAt += 7) {
      const { store, ...others } = await setUp(3, { records: 8 });
      await corrupt(store, new Random(3));
      const faulty = faultyStore(store, (write) => (write === crashAt ? 'half' : undefined));
      await assert.rejects(rebuild({ store: faulty.store, ...others }));
      assert.equal((await store.refresh()).isReserved, false);
      const second = faultyStore(store, () => undefined);
      await rebuild({ store: second.store, ...others });
      writes = second.writes();
      assert.deepEqual(await compareRollups({ store, ...others }), []);
    }
  });

  test('leaves sealed windows as they are', async () => {
    const { store, clock, ...others } = await setUp(4);
    const hoursBefore = await store.readHours('cam-a', always);
    const sealed = hoursBefore[0]!;
    clock.at = sealed.windowStart + 7 * 24 * hourMs + hourMs;
    await corrupt(store, new Random(4));
    await rebuild({ store, clock, ...others });
    await replay({ store, clock, ...others });
    const hours = await store.readHours('cam-a', always);
    assert.equal(hours[0]?.values.visits, 1_000);
    assert.deepEqual(
      hours.slice(1).map(({ values }) => values),
      hoursBefore.slice(1).map(({ values }) => values),
    );
  });

  test('a processor waits while it is under way, and goes on in the new epoch', async (t) => {
    const { store, world, ...others } = await setUp(6, { applied: false });
    assert.equal(await store.reserve('somebody'), true);
    await assert.rejects(rebuild({ store, ...others }), { code: 'windows_reserved' });
    const flush = { minIntervalMs: 1, maxIntervalMs: 5 };
    const processor = new Processor({ store, ...others, flush, logger: silentLogger() });
    await processor.start();
    t.after(() => processor.stop());
    while ((await processor.health()).state !== 'degraded') await new Promise(setImmediate);
    assert.equal(processor.counts().forwarded, 0);
    await store.beginEpoch();
    await store.release('somebody');
    assert.ok(await processor.drain(10_000));
    assert.deepEqual(await compareRollups({ store, ...others }), []);
    await assertLedger(store, world);
    const [hour] = await store.readHours('cam-a', always);
    assert.ok(hour!.version >= store.epoch);
  });

  test('a batch that began before the epoch comes again, although all of it was written', async () => {
    const { store, world } = await setUp(8, { applied: false });
    const [partition, entries] = [...world.entries][0]!;
    const batch = { topic: logTopics.faceEmotions, partition, entries };
    let hasBegun = false;
    const handler = newHandler(
      new Proxy(store, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== 'function') return member;
          return async (...given: unknown[]): Promise<unknown> => {
            if (name === 'putMinutes' && !hasBegun) {
              hasBegun = true;
              await store.beginEpoch();
            }
            return Reflect.apply(member, target, given);
          };
        },
      }),
      world,
    );
    await assert.rejects(handler.apply(batch), { code: 'epoch_changed' });
    await handler.apply(batch);
    const [hour] = await store.readHours(entries[0]!.key, always);
    assert.equal(hour?.version, store.epoch + entries.at(-1)!.offset);
  });
});

suite('replay', () => {
  test('brings back raw rows that were lost, and doubles nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const random = new Random(seed);
        const { store: full, world, ...others } = await setUp(seed);
        const store = await withoutSomeRows(full, () => random.chance(0.7));
        const first = await replay({ store, ...others, maxBatchEntries: 1 + random.below(50) });
        assert.deepEqual((await compareRollups({ store, ...others })).slice(0, 2), []);
        await assertRawRows(store, world);
        await assertLedger(store, world);
        const rows = await rawRows(store);
        const second = await replay({ store, ...others });
        assert.equal(second.stored, 0);
        assert.equal(second.entries, first.entries);
        assert.deepEqual(await rawRows(store), rows);
        assert.deepEqual((await compareRollups({ store, ...others })).slice(0, 2), []);
      }),
      { numRuns: 10 },
    );
  });

  test('passes over what was received before a time', async () => {
    const { store, world, ...others } = await setUp(2, { applied: false });
    const since = world.logged[world.logged.length >> 1]!.receivedAt;
    const late = world.logged.filter(({ receivedAt }) => receivedAt >= since);
    const { entries } = await replay({ store, ...others, since });
    assert.equal(entries, late.length);
  });

  test('stops between two batches when it is interrupted', async () => {
    const { store, ...others } = await setUp(2, { applied: false });
    const abort = new AbortController();
    const progress = () => abort.abort();
    const interrupted = replay({ store, ...others, signal: abort.signal, progress });
    await assert.rejects(interrupted, { code: 'interrupted' });
    assert.equal((await store.refresh()).isReserved, false);
  });
});

suite('erasure', () => {
  /** After it, and after a replay and a rebuild, the store is as if the log had never held what was erased. */
  async function assertGone(seed: number, target: EraseTarget): Promise<void> {
    const { store, world, eventLog, registry, clock } = await setUp(seed);
    const parts = { store, eventLog, registry, clock };
    await erase(parts, await planErasure(parts, target));
    const isErased = ({ deviceId, record }: RecordRow) =>
      target.kind === 'device'
        ? deviceId === target.id
        : wasAt(
            world,
            deviceId,
            record.kind === 'visit' || record.kind === 'presence'
              ? record.startedAt
              : record.observedAt,
          ) === target.id;
    const check = async () => {
      const rows = await rawRows(store);
      assert.ok(rows.length > 0);
      assert.ok(!rows.some(isErased));
      assert.deepEqual((await compareRollups(parts)).slice(0, 2), []);
    };
    await check();
    const left = (await rawRows(store)).length;
    await replay(parts);
    await check();
    await rebuild(parts);
    await check();
    assert.equal((await rawRows(store)).length, left);
  }
  const wasAt = (world: World, deviceId: string, time: number) =>
    world.assignments
      .filter((one) => one.deviceId === deviceId && one.fromHour <= time)
      .sort((a, b) => b.fromHour - a.fromHour)[0]?.siteId;

  for (const deviceId of ['cam-a', 'cam-b']) {
    test(`of ${deviceId} leaves sums without it, and no replay brings it back`, () =>
      assertGone(11, { kind: 'device', id: deviceId }));
  }
  for (const siteId of ['north', 'south']) {
    test(`of site ${siteId} takes the hours in which its cameras stood there`, () =>
      assertGone(12, { kind: 'site', id: siteId }));
  }

  test('of a device takes its ledger, refuses it, and drops what the log still holds', async (t) => {
    const { store, registry, eventLog, clock } = await setUp(13, { applied: false });
    const parts = { store, registry, eventLog, clock };
    await erase(parts, await planErasure(parts, { kind: 'device', id: 'cam-a' }));
    const flush = { minIntervalMs: 1, maxIntervalMs: 5 };
    const processor = new Processor({ ...parts, flush, logger: silentLogger() });
    await processor.start();
    t.after(() => processor.stop());
    assert.ok(await processor.drain(10_000));
    assert.ok((processor.counts().dropped['erased'] ?? 0) > 0);
    assert.deepEqual(await store.readLedgerBlocks('cam-a'), []);
    assert.deepEqual(await store.readLedgerRuns('cam-a'), []);
    assert.deepEqual(await store.readRecords({ deviceId: 'cam-a', ...always }), []);
    assert.notDeepEqual(await store.readRecords({ deviceId: 'cam-b', ...always }), []);
    const devices = await registry.listDevices();
    const revoked = devices.filter(({ revokedAt }) => revokedAt !== undefined);
    assert.deepEqual(
      revoked.map(({ deviceId }) => deviceId),
      ['cam-a'],
    );
  });

  test('of a site refuses the cameras that stand there, not the one that has moved away', async () => {
    const { store, registry, eventLog } = await setUp(14);
    const parts = { store, registry, eventLog };
    const plan = await planErasure(parts, { kind: 'site', id: 'north' });
    assert.deepEqual(plan.revoked, ['cam-a']);
    assert.deepEqual(plan.devices.map(({ deviceId }) => deviceId).sort(), ['cam-a', 'cam-b']);
    await erase(parts, plan);
    // The hours in which cam-b stood elsewhere keep rows that say nothing.
    for (const { values } of await store.readScopeHours('site/north', always)) {
      assert.deepEqual(values, emptyScopeWindow);
    }
    assert.notDeepEqual(await store.readLedgerBlocks('cam-b'), []);
  });

  test('of a device takes the last words on it out of the log, too', async () => {
    const { store, registry, eventLog } = await setUp(15, { applied: false });
    const parts = { store, registry, eventLog };
    const topics = [logTopics.deviceStatus, logTopics.deviceConfig, logTopics.deviceConfigReported];
    for (const topic of topics) {
      const value = new TextEncoder().encode('{}');
      await eventLog.append(topic, [
        { key: 'cam-a', value },
        { key: 'cam-b', value },
      ]);
    }
    await erase(parts, await planErasure(parts, { kind: 'device', id: 'cam-a' }));
    for (const topic of topics) {
      assert.deepEqual([...(await eventLog.readCompacted(topic)).keys()], ['cam-b']);
    }
  });

  test('says so where there is no such device or site', async () => {
    const parts = await setUp(1, { applied: false });
    const plan = (target: EraseTarget) => planErasure(parts, target);
    await assert.rejects(plan({ kind: 'device', id: 'cam-x' }), { code: 'no_such_device' });
    await assert.rejects(plan({ kind: 'site', id: 'west' }), { code: 'no_such_site' });
  });
});
