import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isClean, type Balance } from '../support/balance.ts';
import { waitFor } from '../support/wait.ts';
import {
  ackBeforeDurable,
  commitBeforeWrite,
  counters,
  forgetSyncedTail,
  noFencing,
  sound,
  type Adapters,
} from './faulty-adapters.ts';
import { Laboratory } from './laboratory.ts';

/** A kill of gateway and processor while records flow, then a zombie; the same for every set of adapters. */
async function outcomeWith(adapters: Adapters): Promise<Balance> {
  const laboratory = new Laboratory({ adapters });
  await laboratory.start();
  try {
    const killed = [await laboratory.startGateway(), await laboratory.startProcessor()];
    laboratory.append(200);
    await waitFor('some records are acked', () => laboratory.acked.size > 300);
    for (const { lifeline } of killed) lifeline.cut();
    await Promise.allSettled(killed.map((service) => service.stop()));

    const gateway = await laboratory.startGateway();
    const zombie = await laboratory.startProcessor();
    await laboratory.settled();
    zombie.lifeline.freeze();
    laboratory.append(45);
    await waitFor('a batch is in hand', () => zombie.lifeline.holdsWork);
    zombie.lifeline.loseSession();
    const zombieStopped = zombie.stop();
    const heir = await laboratory.startProcessor();
    laboratory.append(45);
    await laboratory.settled();
    zombie.lifeline.thaw();
    await Promise.all([zombieStopped, zombie.lifeline.idle()]);

    await gateway.stop();
    await laboratory.settled();
    await heir.stop();
    return await laboratory.balance();
  } finally {
    await laboratory.stop();
  }
}

/** Devices that no gateway has heard of are killed: 100 records of each are on disk, 30 are not. */
async function outcomeOfKilledDevices(adapters: Adapters): Promise<Balance> {
  const laboratory = new Laboratory({ adapters });
  await laboratory.start();
  try {
    laboratory.append(100);
    await laboratory.synced();
    laboratory.append(30);
    await laboratory.killDevices();

    const services = [await laboratory.startGateway(), await laboratory.startProcessor()];
    laboratory.append(50);
    await laboratory.settled();
    for (const service of services) await service.stop();
    return await laboratory.balance();
  } finally {
    await laboratory.stop();
  }
}

test('the chain as it is loses and doubles nothing', async () => {
  const found = await outcomeWith(sound);
  assert.deepEqual(found.findings, []);
  assert.ok(isClean(found));
  assert.equal(found.stored, found.detections);
  assert.ok(found.stored >= 4 * 290);
});

test('an ack before the record is durable is seen as a loss', async () => {
  const found = await outcomeWith(ackBeforeDurable());
  assert.ok(found.lost > 0);
  assert.ok(!isClean(found));
});

test('an offset that is committed before the write is seen as a loss', async () => {
  const found = await outcomeWith(commitBeforeWrite());
  assert.ok(found.lost > 0);
  assert.ok(!isClean(found));
});

test('a zombie that nothing fences off is seen in the rollups', async () => {
  const found = await outcomeWith(noFencing());
  assert.equal(found.rollupsEqual, false);
  assert.equal(found.lost, 0);
});

test('counters in the place of absolute values are seen in the rollups', async () => {
  const found = await outcomeWith(counters());
  assert.equal(found.rollupsEqual, false);
  assert.equal(found.lost, 0);
});

test('a killed device loses what was not on its disk, and nothing else', async () => {
  const found = await outcomeOfKilledDevices(sound);
  assert.deepEqual(found.findings, []);
  assert.ok(isClean(found));
  assert.equal(found.unsynced, 4 * 30);
  assert.ok(found.stored >= 4 * 150);
});

test('records that were on disk and are forgotten at the next start are seen as unexplained', async () => {
  const found = await outcomeOfKilledDevices(forgetSyncedTail());
  assert.ok(found.unexplained > 0);
  assert.ok(!isClean(found));
});
