import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeLogged, logTopics, outboxMaxAgeMs } from '@emotion-fleet/contracts';
import { SqliteEventLog } from '@emotion-fleet/event-log';
import { SqliteDeviceRegistry, SqliteObservationStore } from '@emotion-fleet/observation-store';
import { silentLogger } from '@emotion-fleet/service';
import { compareRollups } from '../src/compare-rollups.ts';
import { Processor } from '../src/processor.ts';
import { assertLedger, assertRawRows } from './support/expectations.ts';
import { fillRegistry } from './support/fill-registry.ts';
import { startAt } from './support/records.ts';
import { makeWorld } from './support/world.ts';

test('the embedded log, store and registry give what a recomputation gives, also after a restart', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'processor-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const world = makeWorld(3);
  const open = async () => {
    const eventLog = new SqliteEventLog({ file: join(directory, 'event-log.sqlite') });
    const store = new SqliteObservationStore({ directory, now: () => startAt + outboxMaxAgeMs });
    const registry = new SqliteDeviceRegistry({ path: join(directory, 'registry.sqlite') });
    const flush = { minIntervalMs: 1, maxIntervalMs: 20 };
    const options = { eventLog, store, registry, flush, maxBatchEntries: 30 };
    const processor = new Processor({ ...options, logger: silentLogger() });
    const parts = [eventLog, store, registry, processor];
    for (const part of parts) await part.start();
    const close = async () => {
      for (const part of parts.toReversed()) await part.stop();
    };
    return { eventLog, store, registry, processor, close };
  };
  const drained = async (processor: Processor) => {
    const giveUpAt = performance.now() + 20_000;
    while ((await processor.health())['lag'] !== 0) {
      assert.ok(performance.now() < giveUpAt, 'the log was never drained');
      await delay(10);
    }
  };

  const first = await open();
  await fillRegistry(first.registry, world);

  const entries = world.logged.map((one) => ({ key: one.deviceId, value: encodeLogged(one) }));
  const half = entries.length >> 1;
  await first.eventLog.append(logTopics.faceEmotions, entries.slice(0, half));
  await drained(first.processor);
  await first.close();

  const second = await open();
  t.after(() => second.close());
  await second.eventLog.append(logTopics.faceEmotions, entries.slice(half));
  await drained(second.processor);
  assert.deepEqual((await compareRollups(second)).slice(0, 2), []);
  await assertRawRows(second.store, world);
  await assertLedger(second.store, world);
});
