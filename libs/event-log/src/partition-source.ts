import type { LogTopic } from '@emotion-fleet/contracts';
import type { StoredLogEntry } from './event-log.ts';
import type { GroupClaims } from './group-claims.ts';

export interface PartitionRead {
  readonly topic: LogTopic;
  readonly partition: number;
  /** First offset wanted. */
  readonly from: number;
  readonly maxEntries: number;
}

export interface PartitionSlice {
  readonly entries: readonly StoredLogEntry[];
  /** Where the next read goes on; beyond `from` even where nothing is left there (retention, compaction). */
  readonly next: number;
}

export interface GroupPosition {
  readonly groupId: string;
  readonly topic: LogTopic;
  readonly partition: number;
  /** First offset that the group has not finished. */
  readonly next: number;
}

/** What a log of this process offers to its consumers; the consumer loop is the same over each. */
export interface PartitionSource {
  /** Offset that the next entry of the partition will get; known without I/O. */
  end(topic: LogTopic, partition: number): number;
  read(read: PartitionRead): Promise<PartitionSlice>;
  /** Makes the group known (retention waits for it); resolves to its positions, one a partition. */
  join(groupId: string, topic: LogTopic): Promise<readonly number[]>;
  /** The group's positions, one a partition, without making it known. */
  positions(groupId: string, topic: LogTopic): Promise<readonly number[]>;
  commit(position: GroupPosition): Promise<void>;
  /** Called after each durable append; returns the way to unsubscribe. */
  onAppend(listener: () => void): () => void;
  readonly claims: GroupClaims;
}
