import { logTopics, type LogTopic } from '@emotion-fleet/contracts';
import { OperatorError } from '@emotion-fleet/service';
import { ConfigResourceTypes, type Admin } from './client.ts';

export interface TopicSettings {
  /** Copies of each partition; 3 where nothing that is acked may be lost with one machine. */
  readonly replicationFactor: number;
  /** Copies that must have an entry before it is acked. */
  readonly minInSyncReplicas: number;
  /** How long entries of topics that are not compacted are kept. */
  readonly retentionMs: number;
}

type ConfigEntries = { name: string; value: string }[];

/**
 * Makes the topics that are missing and sets what differs; doing it twice, or twice at once, does nothing more.
 *
 * @throws OperatorError `partition_count`: a topic has another number of partitions, which is fixed for its
 *   life since it decides where the records of a device are; `replication_factor`: one has fewer copies than
 *   are asked for, which only a move of its data changes
 */
export async function migrateTopics(admin: Admin, settings: TopicSettings): Promise<void> {
  const topics = Object.values(logTopics);
  const present = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !present.has(topic.name));
  if (missing.length > 0) {
    // Resolves to false, too, where another instance was faster.
    await admin.createTopics({
      waitForLeaders: true,
      topics: missing.map((topic) => ({
        topic: topic.name,
        numPartitions: topic.partitions,
        replicationFactor: settings.replicationFactor,
        configEntries: configOf(topic, settings),
      })),
    });
  }
  await checkPartitions(admin, topics, settings);
  await setWhatDiffers(admin, topics, settings);
}

async function checkPartitions(
  admin: Admin,
  topics: readonly LogTopic[],
  { replicationFactor }: TopicSettings,
): Promise<void> {
  const metadata = await admin.fetchTopicMetadata({ topics: topics.map(({ name }) => name) });
  for (const topic of topics) {
    const partitions = metadata.topics.find(({ name }) => name === topic.name)?.partitions ?? [];
    const found = partitions.length;
    if (found !== topic.partitions) {
      const sentence = `Kafka's topic ${topic.name} has ${String(found)} partitions and must have ${String(topic.partitions)}: use another cluster, or move the topic's data into a new one of that size.`;
      throw new OperatorError('partition_count', sentence);
    }
    // More of them than are asked for do no harm, and are there while partitions are moved.
    const copies = Math.min(...partitions.map(({ replicas }) => replicas.length));
    if (copies < replicationFactor) {
      const sentence = `Kafka's topic ${topic.name} has partitions with ${String(copies)} of the ${String(replicationFactor)} copies that are asked for: add the copies with kafka-reassign-partitions.sh, or ask for ${String(copies)}.`;
      throw new OperatorError('replication_factor', sentence);
    }
  }
}

async function setWhatDiffers(
  admin: Admin,
  topics: readonly LogTopic[],
  settings: TopicSettings,
): Promise<void> {
  const type = ConfigResourceTypes.TOPIC;
  const described = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map(({ name }) => ({ type, name })),
  });
  const resources = topics.flatMap((topic) => {
    const wanted = configOf(topic, settings);
    const found = described.resources.find(({ resourceName }) => resourceName === topic.name);
    const isSet = ({ name, value }: ConfigEntries[number]) =>
      found?.configEntries.some(
        (entry) => entry.configName === name && entry.configValue === value,
      );
    return wanted.every(isSet) ? [] : [{ type, name: topic.name, configEntries: wanted }];
  });
  if (resources.length > 0) await admin.alterConfigs({ validateOnly: false, resources });
}

function configOf(topic: LogTopic, settings: TopicSettings): ConfigEntries {
  const { minInSyncReplicas, retentionMs } = settings;
  const shared = {
    'min.insync.replicas': minInSyncReplicas,
    'unclean.leader.election.enable': false,
  };
  const own = topic.compacted
    ? // A closed segment is what can be compacted: closing one each day bounds what a start has to read.
      { 'cleanup.policy': 'compact', 'segment.ms': 24 * 3_600_000 }
    : { 'cleanup.policy': 'delete', 'retention.ms': retentionMs };
  return Object.entries({ ...shared, ...own }).map(([name, value]) => ({
    name,
    value: String(value),
  }));
}
