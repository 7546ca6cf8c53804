import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { it } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { logTopics } from '@emotion-fleet/contracts';
import { OperatorError } from '@emotion-fleet/service';
import type { EventLogError, OffsetHole } from '../src/index.ts';
import { SqliteEventLog, type SqliteEventLogOptions } from '../src/index.ts';
import { startLogWorker } from '../src/sqlite/worker-client.ts';
import { testEventLog } from './event-log-contract.ts';
import { eventually } from './eventually.ts';
import { TemporaryFolder } from './temporary-folder.ts';

testEventLog('SqliteEventLog', async () => {
  const folder = new TemporaryFolder();
  return {
    open: () => open({ file: folder.file(), backOff: { firstMs: 5, maxMs: 50 } }),
    dispose: async () => folder.dispose(),
  };
});

const topic = logTopics.faceEmotions;
const value = new Uint8Array(100);

it('refuses a second instance with one sentence, and opens when the first has gone', async () => {
  using folder = new TemporaryFolder();
  const first = await open({ file: folder.file() });
  await assert.rejects(
    open({ file: folder.file() }),
    (error) => error instanceof OperatorError && error.code === 'locked' && isSentence(error),
  );
  await first.stop();
  await (await open({ file: folder.file() })).stop();
});

it('says in one sentence that a file is no event log', async () => {
  using folder = new TemporaryFolder();
  writeFileSync(
    folder.file(),
    'a letter to my aunt, long enough to be read as a header'.repeat(100),
  );
  await assert.rejects(
    open({ file: folder.file() }),
    (error) => error instanceof OperatorError && error.code === 'corrupt' && isSentence(error),
  );
});

it('says in one sentence that the folder cannot be written', async () => {
  using folder = new TemporaryFolder();
  writeFileSync(folder.file('plain'), '');
  await assert.rejects(
    open({ file: folder.file('plain/below/log.sqlite') }),
    (error) => error instanceof OperatorError && error.code === 'unwritable' && isSentence(error),
  );
});

it('refuses appends beyond the bytes of its queue and takes them again later', async () => {
  using folder = new TemporaryFolder();
  const log = await open({ file: folder.file(), maxQueueBytes: 1_000 });
  const append = () => log.append(topic, [{ key: 'a', value }]);
  const results = await Promise.allSettled(Array.from({ length: 50 }, append));
  const refused = results.filter((result) => result.status === 'rejected');
  assert.ok(refused.length > 30 && refused.length < 50);
  for (const { reason } of refused) {
    assert.equal((reason as EventLogError).code, 'unavailable');
  }
  await append();
  await log.stop();
});

it('gives up old entries only when every known group has committed them', async () => {
  using folder = new TemporaryFolder();
  let now = 1_000_000;
  const log = await open({
    file: folder.file(),
    clock: { now: () => now },
    retention: { maxAgeMs: 1_000 },
  });
  const consumer = log.createConsumer({
    groupId: 'slow',
    topics: [topic],
    from: 'start',
    onBatch: async () => undefined,
  });
  await consumer.start();
  await consumer.stop();
  await log.append(topic, [{ key: 'a', value }]);
  now += 2_000;
  assert.equal(await log.enforceRetention(), 0);
  await consumer.start();
  await eventually(async () => (await consumer.lag()) === 0);
  await consumer.stop();
  assert.equal(await log.enforceRetention(), 1);
  await log.append(topic, [{ key: 'a', value }]);
  const offsets: number[] = [];
  const fresh = log.createConsumer({
    groupId: 'fresh',
    topics: [topic],
    from: 'start',
    onBatch: async ({ entries }) => void offsets.push(...entries.map((entry) => entry.offset)),
  });
  await fresh.start();
  await eventually(() => offsets.length === 1);
  assert.deepEqual(offsets, [1], 'an offset is not given twice');
  await fresh.stop();
  await log.stop();
});

it('gives up the oldest, committed or not, beyond the hard limit of bytes', async () => {
  using folder = new TemporaryFolder();
  const retention = { maxBytes: 2_000, hardMaxBytes: 20_000 };
  const log = await open({ file: folder.file(), retention });
  const holes: OffsetHole[] = [];
  const consumer = log.createConsumer({
    groupId: 'absent',
    topics: [topic],
    from: 'start',
    onHole: (hole) => holes.push(hole),
    onBatch: async () => undefined,
  });
  await consumer.start();
  await consumer.stop();
  await log.append(
    topic,
    Array.from({ length: 1_000 }, () => ({ key: 'a', value })),
  );
  const deleted = await log.enforceRetention();
  const kept = Math.floor(20_000 / 101);
  assert.equal(deleted, 1_000 - kept);
  assert.deepEqual(holes, []);
  await consumer.start();
  await eventually(async () => (await consumer.lag()) === 0);
  await consumer.stop();
  const { partition } = holes[0]!;
  assert.deepEqual(holes, [{ topic: topic.name, partition, expected: 0, found: deleted }]);
  await log.enforceRetention();
  assert.ok((log.health().liveBytes as number) <= 2_000);
  await log.stop();
});

it('is down while a write takes too long', async () => {
  using folder = new TemporaryFolder();
  const log = await open({ file: folder.file(), stuckAfterMs: 0 });
  const appended = log.append(topic, [{ key: 'a', value }]);
  await eventually(() => log.health().state === 'down');
  await appended;
  assert.equal(log.health().state, 'ok');
  await log.stop();
});

it('replaces its thread when that ends: down meanwhile, and nothing acked is gone', async () => {
  using folder = new TemporaryFolder();
  let worker: Worker | undefined;
  const log = await open({
    file: folder.file(),
    recoveryIntervalMs: 20,
    backOff: { firstMs: 5, maxMs: 20 },
    makeWorker: (file) => (worker = startLogWorker(file)),
  });
  const seen: string[] = [];
  const consumer = log.createConsumer({
    groupId: 'reader',
    topics: [topic],
    from: 'start',
    onBatch: async ({ entries }) => void seen.push(...entries.map((entry) => entry.key)),
  });
  await consumer.start();
  await log.append(topic, [{ key: 'before', value }]);
  await worker!.terminate();
  await assert.rejects(log.append(topic, [{ key: 'during', value }]), { code: 'unavailable' });
  assert.equal(log.health().state, 'down');
  await eventually(() => log.health().state === 'ok');
  await log.append(topic, [{ key: 'after', value }]);
  await eventually(() => seen.includes('after'));
  assert.deepEqual(new Set(seen), new Set(['before', 'after']));
  await consumer.stop();
  await log.stop();
});

async function open(options: SqliteEventLogOptions): Promise<SqliteEventLog> {
  const log = new SqliteEventLog(options);
  await log.start();
  return log;
}

function isSentence({ message }: Error): boolean {
  return /^[^\n]+\.$/.test(message);
}
