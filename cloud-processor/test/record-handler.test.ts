import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { encodeLogged } from '@emotion-fleet/contracts';
import type { ObservationStore } from '@emotion-fleet/observation-store';
import { compareRollups } from '../src/compare-rollups.ts';
import { defaultCacheLimits } from '../src/record-handler.ts';
import { drive, newHandler, newStore, registryOf, tinyCaches } from './support/driver.ts';
import { countingReads, faultPoints, faultyStore, pausingStore } from './support/faulty-store.ts';
import { assertLedger, assertRawRows } from './support/expectations.ts';
import { sample, startAt } from './support/records.ts';
import { Random } from './support/random.ts';
import { batchOf, makeWorld, type World } from './support/world.ts';

async function assertAsRecomputed(store: ObservationStore, world: World): Promise<void> {
  assert.deepEqual((await compareRollups({ store, registry: registryOf(world) })).slice(0, 2), []);
  await assertRawRows(store, world);
  await assertLedger(store, world);
}

suite('record handler', () => {
  test('equals a recomputation from scratch, however batches are cut and whatever is remembered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.boolean(),
        fc.integer({ min: 1, max: 80 }),
        async (seed, tiny, maxBatch) => {
          const world = makeWorld(seed);
          const store = await newStore();
          const handler = newHandler(store, world, tiny ? tinyCaches : defaultCacheLimits);
          await drive({ world, random: new Random(seed), handler: () => handler, maxBatch });
          await assertAsRecomputed(store, world);
        },
      ),
      { numRuns: 15 },
    );
  });

  for (const point of faultPoints) {
    test(`heals after a crash ${point} each write in turn`, async () => {
      const world = makeWorld(7, 12);
      for (let crashAt = 0, writes = Infinity; crashAt < writes; crashAt++) {
        const store = await newStore();
        let isDown = false;
        const faulty = faultyStore(store, (write) => {
          if (write !== crashAt) return isDown ? 'before' : undefined;
          isDown = true;
          return point;
        });
        // After the crash a new process remembers nothing.
        let current = newHandler(faulty.store, world);
        const handler = () => {
          if (isDown) current = newHandler(faulty.store, world);
          isDown = false;
          return current;
        };
        await drive({ world, random: new Random(crashAt), handler, maxBatch: 40 });
        await assertAsRecomputed(store, world);
        writes = faulty.writes();
      }
    });
  }

  test('heals after many failures, lost commits and rebalances in any mixture', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const random = new Random(seed);
        const world = makeWorld(seed, 25);
        const store = await newStore();
        const faulty = faultyStore(store, () =>
          random.chance(0.05) ? random.pick(faultPoints) : undefined,
        );
        const handler = newHandler(faulty.store, world);
        await drive({
          world,
          random,
          handler: () => {
            if (random.chance(0.1)) handler.dropCaches();
            return handler;
          },
          commits: () => random.chance(0.8),
        });
        await assertAsRecomputed(store, world);
      }),
      { numRuns: 15 },
    );
  });

  test('an instance that lost its partition and wakes up can not bring back old values', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const world = makeWorld(seed, 20);
        const random = new Random(seed);
        const store = await newStore();
        const [partition, entries] = [...world.entries][0]!;
        const split = 1 + random.below(entries.length - 1);
        const sleepy = pausingStore(store, random.below(9));
        const zombie = newHandler(sleepy.store, world).apply(
          batchOf(partition, entries.slice(0, split)),
        );
        const handler = newHandler(store, world);
        await drive({ world, random, handler: () => handler });
        sleepy.resume();
        await zombie;
        await assertAsRecomputed(store, world);
      }),
      { numRuns: 15 },
    );
  });

  test('of two batches from the same offset the longer one wins, whoever writes last', async () => {
    const world = makeWorld(1, 0);
    const store = await newStore();
    const entries = [0, 1].map((seq) => ({
      key: 'cam-a',
      offset: seq,
      value: encodeLogged({ deviceId: 'cam-a', receivedAt: startAt, record: sample({ seq }) }),
    }));
    // Raw rows are written, windows are computed, then it sleeps.
    const sleepy = pausingStore(store, 1);
    const zombie = newHandler(sleepy.store, world).apply(batchOf(0, entries.slice(0, 1)));
    await setImmediate();
    await newHandler(store, world).apply(batchOf(0, entries));
    sleepy.resume();
    await zombie;
    const [minute] = await store.readMinutes('cam-a', { from: startAt, to: startAt + 1 });
    assert.equal(minute?.values.samples.happy, 2);
    assert.equal((await store.readLedgerBlocks('cam-a'))[0]?.stored[0], 0b11);
  });

  test('reads each device once, in a partition of ten thousand cameras', async () => {
    const devices = Array.from({ length: 1_000 }, (_, index) => `cam-${index}`);
    const assignments = devices.map((deviceId, index) => {
      return { deviceId, siteId: `site-${index % 600}`, fromHour: startAt };
    });
    const { store, reads } = countingReads(await newStore());
    const handler = newHandler(store, { ...makeWorld(1, 0), assignments });
    for (const [round, receivedAt] of [startAt, startAt + 60_000, startAt + 120_000].entries()) {
      reads.clear();
      const entries = devices.map((deviceId, index) => ({
        key: deviceId,
        offset: round * devices.length + index,
        value: encodeLogged({
          deviceId,
          receivedAt,
          record: sample({ seq: round, observedAt: receivedAt }),
        }),
      }));
      await handler.apply(batchOf(0, entries));
      if (round > 0) assert.deepEqual(Object.fromEntries(reads), {});
      else assert.equal(reads.get('readRecords'), devices.length);
    }
  });
});
