import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { KafkaCluster, skipWithoutStack } from '@emotion-fleet/deploy';
import { logTopics } from '@emotion-fleet/contracts';
import { EventLogError, KafkaEventLog } from '../src/index.ts';
import { ConfigResourceTypes, connectKafka } from '../src/kafka/client.ts';
import { partitionOf } from '../src/partitioner.ts';
import { eventually } from './eventually.ts';
import { TemporaryFolder } from './temporary-folder.ts';

const topic = logTopics.faceEmotions;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const outageMs = 90_000;

describe('KafkaEventLog on three brokers', { skip: await skipWithoutStack() }, () => {
  const folder = new TemporaryFolder();
  const cluster = new KafkaCluster({ dataDirectory: folder.path, brokers: 3 });
  let log: KafkaEventLog;
  before(async () => {
    await cluster.start();
    log = new KafkaEventLog({
      brokers: cluster.bootstrap,
      clientId: 'cluster',
      topics: { replicationFactor: 3, minInSyncReplicas: 2 },
      backOff: { firstMs: 20, maxMs: 500 },
    });
    await log.start();
  });
  after(async () => {
    await log.stop();
    await cluster.stop();
    folder.dispose();
  });

  it('has each entry on as many brokers as is asked for, and acks what enough of them have', async () => {
    for (const { partitions } of await describeTopics()) {
      for (const { replicas } of partitions) assert.deepEqual(replicas.toSorted(), [1, 2, 3]);
    }
    const { resources } = await withAdmin((admin) =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: ConfigResourceTypes.TOPIC, name: topic.name }],
      }),
    );
    const minInSync = resources[0]!.configEntries.find(
      ({ configName }) => configName === 'min.insync.replicas',
    );
    assert.equal(minInSync?.configValue, '2');
  });

  it('goes on when the leader of a partition is killed, and has everything that was acked', async () => {
    const key = randomUUID();
    await using traffic = await Traffic.start(log, key);
    await eventually(() => traffic.acked.length > 100, outageMs);
    const leader = await leaderOf(key);
    await cluster.server(leader).kill();
    const before = traffic.acked.length;
    await eventually(() => traffic.acked.length > before + 100, outageMs);
    await eventually(() => log.health().state === 'ok', outageMs);
    assert.notEqual(await leaderOf(key), leader);
    await traffic.endAppending();
    await eventually(() => traffic.seen.has(traffic.acked.at(-1)!), outageMs);
    assert.deepEqual(traffic.missing(), []);
    await cluster.server(leader).start();
    await eventually(areAllInSync, outageMs);
  });

  it('refuses with two of three brokers gone, and has everything that was acked when they are back', async () => {
    const key = randomUUID();
    await using traffic = await Traffic.start(log, key);
    await eventually(() => traffic.acked.length > 100, outageMs);
    const gone = [await leaderOf(key), ((await leaderOf(key)) % 3) + 1].map((nodeId) =>
      cluster.server(nodeId),
    );
    await Promise.all(gone.map((server) => server.kill()));
    await eventually(() => log.health().state === 'down', outageMs);
    await eventually(() => traffic.refusals.has('unavailable'), outageMs);
    await traffic.endAppending();
    await assert.rejects(log.append(topic, [{ key, value: encoder.encode('refused') }]), {
      code: 'unavailable',
    });
    await Promise.all(gone.map((server) => server.start()));
    await eventually(() => log.health().state === 'ok', outageMs);
    await log.append(topic, [{ key, value: encoder.encode('after') }]);
    await eventually(() => traffic.seen.has('after'), outageMs);
    assert.deepEqual(traffic.missing(), []);
  });

  async function leaderOf(key: string): Promise<number> {
    const topics = await describeTopics();
    const { partitions } = topics.find(({ name }) => name === topic.name)!;
    const partition = partitionOf(key, topic.partitions);
    return partitions.find(({ partitionId }) => partitionId === partition)!.leader;
  }

  async function areAllInSync(): Promise<boolean> {
    const topics = await describeTopics();
    return topics.every(({ partitions }) => partitions.every(({ isr }) => isr.length === 3));
  }

  async function describeTopics() {
    const topics = Object.values(logTopics).map(({ name }) => name);
    return (await withAdmin((admin) => admin.fetchTopicMetadata({ topics }))).topics;
  }

  async function withAdmin<Answer>(ask: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    const admin = connectKafka({ brokers: cluster.bootstrap, clientId: 'onlooker' }).admin();
    await admin.connect();
    try {
      return await ask(admin);
    } finally {
      await admin.disconnect();
    }
  }
});

type Admin = ReturnType<ReturnType<typeof connectKafka>['admin']>;

/** Appends one entry after the other, and a consumer that sees them. */
class Traffic {
  readonly acked: string[] = [];
  readonly refusals = new Set<string>();
  readonly seen = new Set<string>();
  readonly #log: KafkaEventLog;
  readonly #key: string;
  readonly #consumer;
  #isAppending = true;
  #appending = Promise.resolve();

  static async start(log: KafkaEventLog, key: string): Promise<Traffic> {
    const traffic = new Traffic(log, key);
    await traffic.#consumer.start();
    traffic.#appending = traffic.#append();
    return traffic;
  }

  constructor(log: KafkaEventLog, key: string) {
    this.#log = log;
    this.#key = key;
    this.#consumer = log.createConsumer({
      groupId: randomUUID(),
      topics: [topic],
      from: 'start',
      onBatch: async ({ entries }) => {
        for (const entry of entries) {
          if (entry.key === key) this.seen.add(decoder.decode(entry.value ?? undefined));
        }
      },
    });
  }

  missing(): string[] {
    return this.acked.filter((text) => !this.seen.has(text));
  }

  async endAppending(): Promise<void> {
    this.#isAppending = false;
    await this.#appending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endAppending();
    await this.#consumer.stop();
  }

  async #append(): Promise<void> {
    for (let n = 0; this.#isAppending; n++) {
      try {
        await this.#log.append(topic, [{ key: this.#key, value: encoder.encode(`${n}`) }]);
        this.acked.push(`${n}`);
      } catch (error) {
        assert.ok(error instanceof EventLogError);
        this.refusals.add(error.code);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
}
