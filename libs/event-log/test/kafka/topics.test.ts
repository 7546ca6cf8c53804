import assert from 'node:assert/strict';
import { it } from 'node:test';
import { logTopics } from '@emotion-fleet/contracts';
import type { Admin } from '../../src/kafka/client.ts';
import { migrateTopics } from '../../src/kafka/topics.ts';

type CreateTopics = Parameters<Admin['createTopics']>[0];
type AlterConfigs = Parameters<Admin['alterConfigs']>[0];

const settings = { replicationFactor: 3, minInSyncReplicas: 2, retentionMs: 3_600_000 };
const all = Object.values(logTopics);

/** A cluster with all topics, or none yet, whose partitions have so many copies. */
class FakeAdmin {
  readonly created: CreateTopics['topics'] = [];
  readonly altered: AlterConfigs['resources'] = [];
  readonly #copies: number;
  #hasTopics: boolean;

  constructor({ copies, hasTopics }: { copies: number; hasTopics: boolean }) {
    this.#copies = copies;
    this.#hasTopics = hasTopics;
  }

  async listTopics(): Promise<string[]> {
    return this.#hasTopics ? all.map(({ name }) => name) : [];
  }

  async createTopics({ topics }: CreateTopics): Promise<boolean> {
    this.created.push(...topics);
    this.#hasTopics = true;
    return true;
  }

  async fetchTopicMetadata() {
    const replicas = Array.from({ length: this.#copies }, (_, nodeId) => nodeId);
    const topics = all.map(({ name, partitions }) => ({
      name,
      partitions: Array.from({ length: partitions }, () => ({ replicas })),
    }));
    return { topics };
  }

  async describeConfigs() {
    const resources = all.map(({ name }) => ({ resourceName: name, configEntries: [] }));
    return { resources };
  }

  async alterConfigs({ resources }: AlterConfigs): Promise<void> {
    this.altered.push(...resources);
  }
}

function migrate(admin: FakeAdmin, replicationFactor: number): Promise<void> {
  return migrateTopics(admin as unknown as Admin, { ...settings, replicationFactor });
}

it('asks for as many copies, and acks of as many of them, as are configured', async () => {
  const admin = new FakeAdmin({ copies: 3, hasTopics: false });
  await migrate(admin, 3);
  assert.deepEqual(
    admin.created.map(({ topic, numPartitions }) => [topic, numPartitions]),
    all.map(({ name, partitions }) => [name, partitions]),
  );
  const minInSync = { name: 'min.insync.replicas', value: '2' };
  for (const { replicationFactor, configEntries } of admin.created) {
    assert.equal(replicationFactor, 3);
    assert.deepEqual(configEntries?.[0], minInSync);
  }
  assert.equal(admin.altered.length, all.length);
  for (const { configEntries } of admin.altered) assert.deepEqual(configEntries[0], minInSync);
});

it('refuses topics with fewer copies than are configured in a sentence that says what to do', async () => {
  const admin = new FakeAdmin({ copies: 1, hasTopics: true });
  await assert.rejects(migrate(admin, 3), {
    name: 'OperatorError',
    code: 'replication_factor',
    message:
      /^Kafka's topic \S+ has partitions with 1 of the 3 copies that are asked for: add the copies with kafka-reassign-partitions\.sh, or ask for 1\.$/,
  });
  assert.deepEqual(admin.altered, []);
});

it('takes topics with more copies than are configured', async () => {
  const admin = new FakeAdmin({ copies: 3, hasTopics: true });
  await migrate(admin, 2);
  assert.deepEqual(admin.created, []);
});
