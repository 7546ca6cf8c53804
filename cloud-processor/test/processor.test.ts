import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { suite, test, type TestContext } from 'node:test';
import { encodeLogged, logTopics, type DeviceRecord } from '@emotion-fleet/contracts';
import { readGolden } from '@emotion-fleet/contracts/golden';
import {
  EventLogError,
  partitionOf,
  type ConsumerOptions,
  type EventConsumer,
} from '@emotion-fleet/event-log';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import {
  zeroWindow,
  type ObservationStore,
  type RecordRow,
} from '@emotion-fleet/observation-store';
import { MemoryObservationStore } from '@emotion-fleet/observation-store/testing';
import { balances, silentLogger } from '@emotion-fleet/service';
import { Registry } from 'prom-client';
import { compareRollups } from '../src/compare-rollups.ts';
import { Processor, type ProcessorOptions } from '../src/processor.ts';
import { presence, runId, sample, startAt, visit } from './support/records.ts';

const registry = {
  listAssignments: () => Promise.resolve([{ deviceId: 'cam-a', siteId: 'north', fromHour: 0 }]),
};
const entryOf = (record: DeviceRecord) => ({
  key: 'cam-a',
  value: encodeLogged({ deviceId: 'cam-a', receivedAt: record.observedAt + 100, record }),
});
const text = (value: string) => new TextEncoder().encode(value);

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + 5_000;
  while (!(await holds())) {
    assert.ok(performance.now() < giveUpAt, 'the condition never came true');
    await delay(5);
  }
}

async function rawRows(store: ObservationStore): Promise<RecordRow[]> {
  const rows: RecordRow[] = [];
  for await (const row of store.scanRecords()) rows.push(row);
  return rows;
}

/** A log of which nobody learns how far it is while `silence` is set. */
class SilentEventLog extends MemoryEventLog {
  silence: Promise<number> | undefined;
  questions = 0;

  override createConsumer(options: ConsumerOptions): EventConsumer {
    const consumer = super.createConsumer(options);
    return {
      start: () => consumer.start(),
      stop: () => consumer.stop(),
      lag: () => {
        this.questions += 1;
        return this.silence ?? consumer.lag();
      },
    };
  }
}

/** A running processor over a log and a store in memory; the store fails while `fault` is set. */
async function setUp(
  t: TestContext,
  given: Partial<ProcessorOptions> & { readonly eventLog?: MemoryEventLog } = {},
) {
  const eventLog = given.eventLog ?? new MemoryEventLog();
  const broken: { fault?: Error } = {};
  const store = new MemoryObservationStore({
    now: () => startAt,
    beforeWrite: () => {
      if (broken.fault !== undefined) throw broken.fault;
    },
  });
  await eventLog.start();
  await store.start();
  const metrics = new Registry();
  const options = {
    eventLog,
    store,
    registry,
    metrics,
    logger: silentLogger(),
    flush: { minIntervalMs: 1, maxIntervalMs: 5 },
    ...given,
  };
  const processor = new Processor(options);
  await processor.start();
  t.after(() => processor.stop());
  return { eventLog, store, processor, metrics, broken, options };
}

suite('processor', () => {
  test('turns records of the log into windows, scopes and ledger', async (t) => {
    const { eventLog, store, processor } = await setUp(t);
    const records = [sample(), visit({ seq: 1 }), presence({ seq: 2 })];
    await eventLog.append(logTopics.faceEmotions, records.map(entryOf));
    await until(() => processor.counts().forwarded === 3);

    assert.deepEqual(await compareRollups({ store, registry }), []);
    const day = { from: startAt - 86_400_000, to: startAt + 86_400_000 };
    const [site] = await store.readScopeDays('site/north', day);
    assert.equal(site?.values.visits, 1);
    assert.equal(site.values.reportingDevices, 1);
    assert.equal((await store.readLedgerRuns('cam-a'))[0]?.headSeq, 3);
    assert.equal((await processor.health()).state, 'ok');
  });

  test('stores the status and health of devices', async (t) => {
    const { eventLog, store } = await setUp(t);
    for (const kind of ['status', 'health'] as const) {
      const message = { deviceId: 'cam-a', receivedAt: startAt, message: readGolden(kind) };
      const topic = kind === 'status' ? logTopics.deviceStatus : logTopics.deviceHealth;
      await eventLog.append(topic, [{ key: 'cam-a', value: text(JSON.stringify(message)) }]);
    }
    const minute = { from: startAt, to: startAt + 60_000 };
    await until(async () => (await store.readHealth('cam-a', minute)).length === 1);
    await until(async () => (await store.readDeviceStatuses()).length === 1);
  });

  test('a bad log message is counted and loses nothing else', async (t) => {
    const { eventLog, store, processor, metrics } = await setUp(t);
    const stranger = { ...entryOf(sample({ seq: 9 })), key: 'cam-b' };
    await eventLog.append(logTopics.faceEmotions, [
      { key: 'cam-a', value: text('not JSON') },
      entryOf(sample()),
      { key: 'cam-a', value: null },
      stranger,
      entryOf(sample({ seq: 1 })),
      entryOf(sample({ seq: 1 })),
    ]);
    await until(() => processor.counts().received === 6 && processor.counts().inFlight === 0);

    assert.deepEqual(processor.counts().dropped, { bad_message: 3 });
    assert.equal(processor.counts().forwarded, 3);
    const rows = await rawRows(store);
    assert.deepEqual(
      rows.map(({ record }) => record.seq),
      [0, 1],
    );
    const exposition = await metrics.metrics();
    assert.match(exposition, /outcomes_total\{outcome="stored"\} 2/);
    assert.match(exposition, /outcomes_total\{outcome="duplicate"\} 1/);
  });

  test('is degraded while the store is down, loses nothing, and recovers', async (t) => {
    const { eventLog, store, processor, broken } = await setUp(t);
    broken.fault = new Error('disk is gone');
    await eventLog.append(logTopics.faceEmotions, [entryOf(sample())]);
    await until(async () => (await processor.health()).state === 'degraded');
    assert.ok(balances(processor.counts()));
    assert.equal((await processor.health())['lag'], 1);

    delete broken.fault;
    await until(() => processor.counts().forwarded === 1);
    assert.ok(balances(processor.counts()));
    assert.equal((await processor.health()).state, 'ok');
    assert.deepEqual(await compareRollups({ store, registry }), []);
  });

  test(
    'names the event log while that does not answer, and says so without waiting for it',
    { timeout: 10_000 },
    async (t) => {
      const log = new SilentEventLog();
      const { processor, metrics } = await setUp(t, { eventLog: log, lagPatienceMs: 5 });
      const answer = Promise.withResolvers<number>();
      log.silence = answer.promise;
      for (let times = 0; times < 3; times++) {
        const { state, detail, lag } = await processor.health();
        assert.deepEqual([state, lag], ['degraded', null]);
        assert.match(detail ?? '', /^The event log does not answer/);
      }
      assert.equal(log.questions, 1, 'questions do not pile up');
      assert.doesNotMatch(await metrics.metrics(), /^emotion_processor_lag /m);

      log.silence = undefined;
      answer.resolve(7);
      await until(async () => (await processor.health())['lag'] === 0);
      assert.equal((await processor.health()).state, 'ok');
      assert.match(await metrics.metrics(), /^emotion_processor_lag 0$/m);
    },
  );

  test('names the event log while that is down', async (t) => {
    const log = new SilentEventLog();
    const { processor } = await setUp(t, { eventLog: log });
    const fault = new EventLogError('unavailable', 'no broker answers');
    log.failWith(fault);
    log.silence = Promise.reject(fault);
    log.silence.catch(() => undefined);
    const { state, detail, lag } = await processor.health();
    assert.deepEqual([state, lag], ['degraded', null]);
    assert.match(detail ?? '', /^The event log is down \(no broker answers\)/);
  });

  test('raises an alarm over entries that were gone before it read them', async (t) => {
    const eventLog = new MemoryEventLog();
    const partition = partitionOf('cam-a', logTopics.faceEmotions.partitions);
    await eventLog.start();
    await eventLog.append(logTopics.faceEmotions, [entryOf(sample()), entryOf(sample({ seq: 1 }))]);
    eventLog.loseBefore(logTopics.faceEmotions, partition, 1);
    const { processor, metrics } = await setUp(t, { eventLog });
    await until(() => processor.counts().forwarded === 1);

    const { state, detail, offsetHoles } = await processor.health();
    assert.deepEqual([state, offsetHoles], ['degraded', 1]);
    assert.match(detail ?? '', /1 record of face-emotions\/\d+ was gone before it was read/);
    const exposition = await metrics.metrics();
    assert.match(exposition, /^emotion_processor_offset_holes_total\{kind="gone"\} 1$/m);
    assert.match(exposition, /^emotion_processor_offset_holes_total\{kind="set_back"\} 0$/m);
  });

  test('says what to do about a log that was made anew', async (t) => {
    const eventLog = new MemoryEventLog();
    const topic = logTopics.faceEmotions;
    await eventLog.start();
    await eventLog.commit({ groupId: 'cloud-processor', topic, partition: 3, next: 70 });
    const { processor, metrics } = await setUp(t, { eventLog });

    const { state, detail } = await processor.health();
    assert.equal(state, 'degraded');
    assert.match(detail ?? '', /face-emotions\/3 goes on at 0 instead of 70/);
    assert.match(detail ?? '', /npm run processor -- rebuild/);
    assert.match(await metrics.metrics(), /offset_holes_total\{kind="set_back"\} 1$/m);
  });

  test('stop commits the batch in hand; the next instance goes on behind it', async (t) => {
    const { eventLog, store, processor, options } = await setUp(t);
    await eventLog.append(logTopics.faceEmotions, [entryOf(sample())]);
    await until(() => processor.counts().forwarded === 1);
    await processor.stop();
    assert.equal((await processor.health()).state, 'down');

    const next = new Processor({ ...options, metrics: undefined });
    await next.start();
    t.after(() => next.stop());
    await eventLog.append(logTopics.faceEmotions, [entryOf(sample({ seq: 1 }))]);
    await until(() => next.counts().forwarded === 1);
    assert.equal(next.counts().received, 1);
    assert.equal((await rawRows(store)).length, 2);
  });

  test('knows nothing from before it joined again: another may have written meanwhile', async (t) => {
    const { eventLog, store, processor, options } = await setUp(t);
    const other = new Processor({ ...options, metrics: undefined });
    t.after(() => other.stop());
    const turns = [processor, other, processor];
    for (const [seq, member] of turns.entries()) {
      if (seq > 0) await member.start();
      await eventLog.append(logTopics.faceEmotions, [
        entryOf(sample({ seq, emotion: seq === 1 ? 'sad' : 'happy' })),
        entryOf(visit({ seq: seq + turns.length })),
      ]);
      const done = seq === 2 ? 4 : 2;
      await until(() => member.counts().forwarded === done);
      await member.stop();
    }

    const minute = { from: startAt, to: startAt + 60_000 };
    const [row] = await store.readMinutes('cam-a', minute);
    assert.deepEqual(row?.values.samples, { ...zeroWindow().samples, happy: 2, sad: 1 });
    assert.deepEqual(await compareRollups({ store, registry }), []);
    const [block] = await store.readLedgerBlocks('cam-a', runId);
    assert.equal(block?.stored[0], 0b111111);
  });

  test('counts late records, keeps them raw and in the ledger, and leaves their windows alone', async (t) => {
    const { eventLog, store, processor } = await setUp(t, { sealAfterMs: 60_000 });
    const late = sample({ seq: 1, observedAt: startAt + 1 });
    const value = encodeLogged({ deviceId: 'cam-a', receivedAt: startAt + 60_002, record: late });
    await eventLog.append(logTopics.faceEmotions, [entryOf(sample()), { key: 'cam-a', value }]);
    await until(() => processor.counts().forwarded === 2);

    const minute = { from: startAt, to: startAt + 60_000 };
    const [row] = await store.readMinutes('cam-a', minute);
    assert.deepEqual(row?.values.records, { stored: 1, declared: 0, rejected: 0, tooLate: 1 });
    assert.equal(row.values.samples.happy, 1);
    assert.equal((await store.readRecords({ deviceId: 'cam-a', ...minute })).length, 2);
    const [block] = await store.readLedgerBlocks('cam-a', runId);
    assert.equal(block?.stored[0], 0b11);
    assert.deepEqual(await compareRollups({ store, registry, sealAfterMs: 60_000 }), []);
  });

  test('late data never shrinks a window whose raw rows have expired', async (t) => {
    const clock = { at: startAt };
    const store = new MemoryObservationStore({ now: () => clock.at });
    await store.start();
    const { eventLog, processor } = await setUp(t, { store });
    const dayMs = 86_400_000;
    const minute = { from: startAt, to: startAt + 60_000 };
    await eventLog.append(logTopics.faceEmotions, [
      entryOf(sample()),
      entryOf(visit({ seq: 1, startedAt: startAt })),
    ]);
    await until(() => processor.counts().forwarded === 2);
    await processor.stop();

    clock.at = startAt + 20 * dayMs;
    const next = new Processor({ eventLog, store, registry, logger: silentLogger() });
    await next.start();
    t.after(() => next.stop());
    const late = sample({ seq: 2, observedAt: startAt + 5 });
    const value = encodeLogged({ deviceId: 'cam-a', receivedAt: clock.at, record: late });
    await eventLog.append(logTopics.faceEmotions, [{ key: 'cam-a', value }]);
    await until(() => next.counts().forwarded === 1);

    const [row] = await store.readMinutes('cam-a', minute);
    assert.deepEqual(row?.values.records, { stored: 2, declared: 0, rejected: 0, tooLate: 1 });
    assert.equal(row.values.visits, 1);
    const [site] = await store.readScopeDays('site/north', { from: startAt - dayMs, to: startAt });
    assert.equal(site?.values.records.stored, 2);
    assert.equal((await store.readGrids('cam-a', minute))[0]?.cells.size, 1);
  });
});
