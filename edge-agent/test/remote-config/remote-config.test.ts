import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { Device, payloadOf, wishOf } from './device.ts';

const interval = (sampleIntervalMs: number) => ({ sampleIntervalMs });

/** A minute in which nothing crashed. */
async function aMinute(device: Device): Promise<void> {
  mock.timers.tick(60_000);
  await device.settle();
}

describe('RemoteConfig', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('tries what is desired, runs with it, and begins with it at the next start', async () => {
    const device = new Device();
    await device.boot();
    device.remote.receive(payloadOf(wishOf(4, interval(5))));
    assert.equal(device.remote.progress.trying, 4);
    await device.settle();
    await aMinute(device);
    assert.deepEqual(device.running, wishOf(4, interval(5)));
    assert.equal(device.remote.progress.trying, undefined);
    device.kill();
    await device.boot();
    assert.equal(device.version, 4, 'proved: a kill is no reason to doubt it');
    assert.equal(device.remote.progress.refused, undefined);
  });

  it('refuses what an agent died on, and begins with the one before', async () => {
    const device = new Device();
    await device.boot();
    await device.told(wishOf(4));
    assert.equal(device.version, 4);
    device.kill();
    await device.boot();
    assert.equal(device.running, undefined);
    assert.equal(device.remote.progress.refused?.code, 'crashed');
    await device.told(wishOf(4));
    assert.equal(device.running, undefined, 'said again at each connection, and never tried again');
    await device.told(wishOf(5));
    assert.equal(device.version, 5);
  });

  it('takes a stop in good order for no crash: what was in use goes on', async () => {
    const device = new Device();
    await device.boot();
    await device.told(wishOf(4));
    await device.remote.stop();
    await device.boot();
    assert.equal(device.version, 4);
    assert.equal(device.remote.progress.refused, undefined);
    device.kill();
    await device.boot();
    assert.equal(device.running, undefined, 'it was not proved yet');
  });

  it('forgets a trial that a stop cut short, so that it is tried when it is said again', async () => {
    const device = new Device();
    await device.boot();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    device.gate = promise;
    await device.told(wishOf(4));
    const stopping = device.remote.stop();
    resolve(undefined);
    await stopping;
    assert.equal(device.running, undefined);
    await device.boot();
    assert.equal(device.remote.progress.refused, undefined);
    await device.told(wishOf(4));
    assert.equal(device.version, 4);
  });

  it('lets a newer wish overtake the one on trial', async () => {
    const device = new Device();
    await device.boot();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    device.gate = promise;
    await device.told(wishOf(4));
    device.remote.receive(payloadOf(wishOf(5)));
    device.remote.receive(payloadOf(wishOf(3)));
    assert.equal(device.remote.progress.trying, 5);
    assert.equal(device.remote.progress.refused?.code, 'outdated');
    resolve(undefined);
    await device.settle();
    assert.equal(device.version, 5);
    assert.deepEqual(
      device.uses.map((use) => use.slice(0, 5)),
      ['try 4', 'try 5', 'run 5'],
    );
    assert.deepEqual(device.remote.progress, {}, 'what was refused before is over');
  });

  it('keeps the one before where a wish is refused or starts no run', async () => {
    const device = new Device(['good', 'model_answers', 'not_started', 'model_unreachable']);
    await device.boot();
    await device.told(wishOf(1, interval(0)));
    for (const [index, code] of ['model_answers', 'not_started', 'model_unreachable'].entries()) {
      await device.told(wishOf(index + 2, interval(index + 1)));
      assert.equal(device.version, 1);
      assert.equal(device.remote.progress.refused?.version, index + 2);
      assert.equal(device.remote.progress.refused.code, code);
    }
    device.remote.receive(payloadOf({ ...wishOf(9), settings: { analysisFps: 900 } }));
    assert.equal(device.remote.progress.refused?.code, 'bad_config');
    assert.match(device.remote.progress.refused.reason, /settings\.analysisFps must be <= 30/);
    device.remote.receive(payloadOf({ ...wishOf(9), settings: { analysisfps: 9 } }));
    assert.match(device.remote.progress.refused.reason, /^settings\.analysisfps is no setting\.$/);
    device.remote.receive(Buffer.from('{'));
    assert.equal(device.remote.progress.refused.version, 0);
    await device.told(wishOf(9));
    assert.equal(device.remote.progress.refused, undefined, 'taken since');
  });

  it('writes and says nothing anew where the same rubbish comes at each connection', async () => {
    const device = new Device();
    await device.boot();
    const rubbish = Buffer.from('{');
    device.remote.receive(rubbish);
    await device.settle();
    const { syncs } = device.files;
    let changes = 0;
    device.remote.onChange(() => (changes += 1));
    device.remote.receive(rubbish);
    await device.settle();
    assert.deepEqual([device.files.syncs, changes], [syncs, 0]);
  });

  it('keeps the files of the one on trial where the one in force is proved meanwhile', async () => {
    const device = new Device();
    await device.boot();
    await device.told(wishOf(1, interval(1)));
    const { promise, resolve } = Promise.withResolvers<undefined>();
    device.gate = promise;
    await device.told(wishOf(2, interval(2)));
    await aMinute(device);
    const kept = device.kept.map(({ sampleIntervalMs }) => sampleIntervalMs);
    assert.ok(kept.includes(1) && kept.includes(2), kept.join());
    resolve(undefined);
    await device.settle();
    assert.equal(device.version, 2);
  });

  it('begins with the one before, and loads again, where a model file has gone', async () => {
    const device = new Device();
    await device.boot();
    for (const version of [1, 2]) {
      await device.told(wishOf(version, interval(version)));
      await aMinute(device);
      assert.equal(device.kept[0]?.sampleIntervalMs, version);
    }
    await device.remote.stop();
    device.missing.add(2);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    device.gate = promise;
    await device.boot();
    assert.equal(device.version, 1);
    assert.equal(device.remote.progress.trying, 2);
    resolve(undefined);
    await device.settle();
    assert.equal(device.version, 2);
  });

  it('runs with its own settings where the file is damaged, and tries nothing that is not on disk first', async () => {
    const device = new Device();
    await device.boot();
    await device.told(wishOf(1));
    await aMinute(device);
    await device.remote.stop();
    for (const name of ['settled-0', 'settled-1']) device.files.damage(name, 20);
    await device.boot();
    assert.equal(device.running, undefined);
    device.files.full = true;
    await device.told(wishOf(2, { maxVisitMs: 10_000 }));
    assert.equal(device.running, undefined);
    assert.equal(device.remote.progress.refused?.code, 'not_started');
    assert.equal(device.uses.filter((use) => use.includes(' 2 ')).length, 0);
  });
});
