import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { KafkaServer, skipWithoutStack } from '@emotion-fleet/deploy';
import { logTopics } from '@emotion-fleet/contracts';
import {
  EventLogError,
  KafkaEventLog,
  type ConsumerOptions,
  type KafkaEventLogOptions,
  type OffsetHole,
  type StoredLogEntry,
} from '../src/index.ts';
import { ConfigResourceTypes, connectKafka } from '../src/kafka/client.ts';
import { partitionOf } from '../src/partitioner.ts';
import { migrateTopics } from '../src/kafka/topics.ts';
import { eventually } from './eventually.ts';
import { TemporaryFolder } from './temporary-folder.ts';

const topic = logTopics.faceEmotions;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const settings = { replicationFactor: 1, minInSyncReplicas: 1, retentionMs: 3_600_000 };
const outageMs = 60_000;

describe('KafkaEventLog', { skip: await skipWithoutStack() }, () => {
  const folder = new TemporaryFolder();
  const server = new KafkaServer({ dataDirectory: folder.path });
  before(() => server.start());
  after(async () => {
    await server.stop();
    folder.dispose();
  });

  it('makes its topics once, however many start at once, and sets what differs', async () => {
    const admins = [1, 2, 3].map((n) => connect(`migration-${n}`).admin());
    await Promise.all(admins.map((admin) => admin.connect()));
    await Promise.all(admins.map((admin) => migrateTopics(admin, settings)));
    await migrateTopics(admins[0]!, { ...settings, retentionMs: 7_200_000 });
    const { topics } = await admins[0]!.fetchTopicMetadata();
    for (const { name, partitions } of Object.values(logTopics)) {
      const found = topics.find((one) => one.name === name);
      assert.equal(found?.partitions.length, partitions);
    }
    await eventually(async () => {
      const { resources } = await admins[0]!.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic.name }],
      });
      const entries = resources[0]!.configEntries;
      return entries.some(
        ({ configName, configValue }) => configName === 'retention.ms' && configValue === '7200000',
      );
    });
    await Promise.all(admins.map((admin) => admin.disconnect()));
  });

  it('knows the lag of a group that nobody has joined, on a broker that has never had one', async () => {
    await using log = await open({});
    const before = new Reader(log, { keys: [] });
    const lag = await before.consumer.lag();
    await log.append(topic, [{ key: 'a', value: null }]);
    assert.equal(await before.consumer.lag(), lag + 1);
  });

  it('says in one sentence that nobody answers at its address', async () => {
    const log = makeLog({ brokers: ['127.0.0.1:1'], startTimeoutMs: 10_000 });
    await assert.rejects(log.start(), {
      code: 'log_unreachable',
      message:
        /^Kafka cannot be used at 127\.0\.0\.1:1 \([^\n]+\): start it, or correct the address\.$/,
    });
  });

  it('refuses what would be too much in flight and takes it later', async () => {
    await using log = await open({ maxInFlightBytes: 10_000 });
    const value = new Uint8Array(1_000);
    const append = () => log.append(topic, [{ key: randomUUID(), value }]);
    const results = await Promise.allSettled(Array.from({ length: 50 }, append));
    const refused = results.filter((result) => result.status === 'rejected');
    assert.ok(refused.length > 30 && refused.length < 50);
    for (const { reason } of refused) assert.equal((reason as EventLogError).code, 'unavailable');
    await append();
  });

  it('takes an append that is larger than a send, in order', async () => {
    await using log = await open({ maxSendBytes: 100_000 });
    const key = randomUUID();
    const values = Array.from({ length: 300 }, (_, n) => `${n}:${'x'.repeat(5_000)}`);
    await log.append(
      topic,
      values.map((text) => ({ key, value: encoder.encode(text) })),
    );
    await using reader = await Reader.start(log, { keys: [key] });
    await eventually(() => reader.texts.length === values.length);
    assert.deepEqual(reader.texts, values);
  });

  it('keeps everything acked over kill -9 of the broker, refuses meanwhile, and goes on by itself', async () => {
    await using log = await open({});
    const key = randomUUID();
    await using reader = await Reader.start(log, { keys: [key] });
    const acked: string[] = [];
    const appending = { on: true };
    let longestMs = 0;
    const appender = (async () => {
      for (let n = 0; appending.on; n++) {
        const startedAt = performance.now();
        try {
          await log.append(topic, [{ key, value: encoder.encode(`${n}`) }]);
          acked.push(`${n}`);
        } catch (error) {
          assert.ok(error instanceof EventLogError);
          assert.ok(['unavailable', 'timeout'].includes(error.code), error.code);
          await new Promise((resolve) => setImmediate(resolve));
        }
        longestMs = Math.max(longestMs, performance.now() - startedAt);
      }
    })();
    await eventually(() => acked.length > 100, outageMs);
    await server.kill();
    await eventually(() => log.health().state === 'down', outageMs);
    await assert.rejects(log.append(topic, [{ key, value: null }]), { code: 'unavailable' });
    const before = acked.length;

    await server.start();

    await eventually(() => log.health().state === 'ok', outageMs);

    await eventually(() => acked.length > before + 100, outageMs);

    appending.on = false;
    await appender;
    await eventually(() => reader.texts.includes(acked.at(-1)!), outageMs);
    const seen = new Set(reader.texts);
    assert.deepEqual(
      acked.filter((text) => !seen.has(text)),
      [],
    );
    assert.ok(longestMs < 6_000, `an append took ${longestMs} ms`);
  });

  it('is down while the broker is frozen, though nobody appends, and recovers', async () => {
    await using log = await open({ sendTimeoutMs: 500, recoveryIntervalMs: 100 });
    process.kill(server.pid!, 'SIGSTOP');
    try {
      await eventually(() => log.health().state === 'down', outageMs);
    } finally {
      process.kill(server.pid!, 'SIGCONT');
    }
    await eventually(() => log.health().state === 'ok', outageMs);
    await log.append(topic, [{ key: randomUUID(), value: encoder.encode('after') }]);
  });

  it('notices a consumer that has fallen silent and starts it again', async () => {
    const timings = { stallAfterMs: 1_000 };
    await using log = await open({ timings });
    const key = randomUUID();
    const errors: unknown[] = [];
    let assigned = 0;
    await using reader = await Reader.start(log, {
      keys: [key],
      onError: (error) => errors.push(error),
      onAssigned: () => (assigned += 1),
    });
    process.kill(server.pid!, 'SIGSTOP');
    try {
      await eventually(() => errors.some((error) => /was silent/.test(String(error))), outageMs);
    } finally {
      process.kill(server.pid!, 'SIGCONT');
    }
    await eventually(() => log.health().state === 'ok', outageMs);
    await appendAtLast(log, key, 'after');
    await eventually(() => reader.texts.includes('after'), outageMs);
    assert.ok(assigned >= 2);
  });

  it('replaces a consumer that crashes at a rebalance or in a batch, and misses nothing', async () => {
    await using log = await open({ timings: { sessionTimeoutMs: 6_000 } });
    const groupId = randomUUID();
    const keys = Array.from({ length: 40 }, () => randomUUID());
    const crashes = { inBatch: false, atJoin: false };
    // kafkajs gives up at once at a TypeError (CRASH with `restart: false`), whoever throws it.
    const crash = (where: keyof typeof crashes) => {
      if (!crashes[where]) return;
      crashes[where] = false;
      throw new TypeError(where);
    };
    const errors: string[] = [];
    await using reader = await Reader.start(log, {
      keys,
      groupId,
      onError: (error) => errors.push(String(error)),
      onAssigned: () => crash('atJoin'),
      batchIntervalMs: () => {
        crash('inBatch');
        return 0;
      },
    });
    const appended: string[] = [];
    const append = async () => {
      for (const key of keys) {
        const text = randomUUID();
        await log.append(topic, [{ key, value: encoder.encode(text) }]);
        appended.push(text);
      }
    };
    await append();
    await eventually(() => appended.every((text) => reader.texts.includes(text)), outageMs);
    crashes.inBatch = true;
    await append();
    await eventually(() => appended.every((text) => reader.texts.includes(text)), outageMs);
    crashes.atJoin = true;
    await using other = await Reader.start(log, { keys, groupId });
    await append();
    const seen = () => new Set([...reader.texts, ...other.texts]);
    await eventually(() => appended.every((text) => seen().has(text)), outageMs);
    await eventually(() => errors.length === 2, outageMs);
    assert.match(errors[0]!, /crashed: inBatch$/);
    assert.match(errors[1]!, /crashed: atJoin$/);
    const before = reader.texts.length;
    await eventually(async () => {
      await append();
      return reader.texts.length > before;
    }, outageMs);
  });

  it('shares the partitions of a group and loses nothing when members come and go', async () => {
    await using log = await open({ timings: { sessionTimeoutMs: 6_000 } });
    const groupId = randomUUID();
    const keys = Array.from({ length: 40 }, () => randomUUID());
    const readers = [await Reader.start(log, { keys, groupId })];
    const appended: string[] = [];
    const append = async (count: number) => {
      for (let n = 0; n < count; n++) {
        const text = randomUUID();
        await log.append(topic, [{ key: keys[n % 40]!, value: encoder.encode(text) }]);
        appended.push(text);
      }
    };
    await append(200);
    readers.push(await Reader.start(log, { keys, groupId }));
    const second = readers[1]!;
    await append(200);
    await eventually(async () => {
      await append(40);
      return second.texts.length > 0;
    }, outageMs);
    await append(200);
    await readers[0]!.stop();
    await append(200);
    const seen = () => new Set(readers.flatMap((reader) => reader.texts));
    await eventually(() => appended.every((text) => seen().has(text)), outageMs);
    await second.stop();
  });

  it('keeps its membership while a batch takes longer than the session', async () => {
    await using log = await open({
      timings: { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 500 },
    });
    const key = randomUUID();
    let assigned = 0;
    const gate = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => gate.resolve(undefined), 8_000);
    await using reader = await Reader.start(log, {
      keys: [key],
      onAssigned: () => (assigned += 1),
      onOwn: () => gate.promise,
    });
    await log.append(topic, [{ key, value: encoder.encode('slow') }]);
    await eventually(() => reader.texts.length === 1, outageMs);
    await eventually(async () => (await reader.consumer.lag()) === 0, outageMs);
    clearTimeout(timer);
    assert.deepEqual([assigned, reader.texts], [1, ['slow']]);
  });

  it('raises an alarm where committed entries are followed by a hole', async () => {
    await using log = await open({});
    const groupId = randomUUID();
    const key = randomUUID();
    const first = await Reader.start(log, { keys: [key], groupId });
    await log.append(topic, [{ key, value: encoder.encode('read') }]);
    await eventually(() => first.texts.length === 1);
    await first.stop();
    await log.append(topic, [{ key, value: encoder.encode('gone') }]);
    await deleteAllEntries();
    await log.append(topic, [{ key, value: encoder.encode('kept') }]);
    const holes: OffsetHole[] = [];
    await using reader = await Reader.start(log, {
      keys: [key],
      groupId,
      onHole: (hole) => holes.push(hole),
    });
    await eventually(() => reader.texts.includes('kept'), outageMs);
    assert.deepEqual(reader.texts, ['kept']);
    assert.ok(holes.some(({ expected, found }) => found > expected));
    assert.ok((log.health().offsetHoles as number) >= 1);
  });

  it('raises an alarm where a group stands beyond the end, as after a log that was cut, and reads from the start', async () => {
    await using log = await open({});
    const groupId = randomUUID();
    const key = randomUUID();
    const partition = partitionOf(key, topic.partitions);
    await log.append(topic, [{ key, value: encoder.encode('here') }]);
    await commit(groupId, partition, 1_000_000);
    const holes: OffsetHole[] = [];
    await using reader = await Reader.start(log, {
      keys: [key],
      groupId,
      onHole: (hole) => holes.push(hole),
    });
    await eventually(() => reader.texts.includes('here'), outageMs);
    const [hole, ...others] = holes;
    assert.deepEqual(others, []);
    assert.deepEqual([hole?.partition, hole?.expected], [partition, 1_000_000]);
    assert.ok(hole!.found < 1_000_000);
  });

  function makeLog(options: Partial<KafkaEventLogOptions>): KafkaEventLog {
    return new KafkaEventLog({
      brokers: [server.bootstrap],
      clientId: 'test',
      topics: settings,
      backOff: { firstMs: 20, maxMs: 500 },
      ...options,
    });
  }

  async function open(options: Partial<KafkaEventLogOptions>) {
    const log = makeLog(options);
    await log.start();
    return Object.assign(log, { [Symbol.asyncDispose]: () => log.stop() });
  }

  function connect(clientId: string) {
    return connectKafka({ brokers: [server.bootstrap], clientId });
  }

  async function commit(groupId: string, partition: number, next: number): Promise<void> {
    const admin = connect('commit').admin();
    await admin.connect();
    const partitions = [{ partition, offset: String(next) }];
    await admin.setOffsets({ groupId, topic: topic.name, partitions });
    await admin.disconnect();
  }

  async function deleteAllEntries(): Promise<void> {
    const admin = connect('retention').admin();
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic.name);
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic: topic.name, partitions });
    await admin.disconnect();
  }
});

async function appendAtLast(log: KafkaEventLog, key: string, text: string): Promise<void> {
  await eventually(async () => {
    try {
      await log.append(topic, [{ key, value: encoder.encode(text) }]);
      return true;
    } catch {
      return false;
    }
  }, outageMs);
}

interface ReaderOptions extends Partial<ConsumerOptions> {
  readonly keys: readonly string[];
  readonly onOwn?: () => Promise<unknown>;
}

/** A consumer that keeps the texts of its keys. */
class Reader {
  readonly texts: string[] = [];
  readonly consumer;

  static async start(log: KafkaEventLog, options: ReaderOptions): Promise<Reader> {
    const reader = new Reader(log, options);
    await reader.consumer.start();
    return reader;
  }

  constructor(log: KafkaEventLog, { keys, onOwn, ...options }: ReaderOptions) {
    const wanted = new Set(keys);
    this.consumer = log.createConsumer({
      groupId: randomUUID(),
      topics: [topic],
      from: 'start',
      onBatch: async ({ entries }) => {
        const own = entries.filter((entry) => wanted.has(entry.key));
        if (own.length > 0) await onOwn?.();
        this.texts.push(...own.map(textOf));
      },
      ...options,
    });
  }

  async stop(): Promise<void> {
    await this.consumer.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function textOf({ value }: StoredLogEntry): string {
  return value === null ? 'null' : decoder.decode(value);
}
