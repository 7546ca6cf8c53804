import type { LogTopicName } from '@emotion-fleet/contracts';
import type { PackedEntries } from './packing.ts';
import type { RetentionLimits } from './retention.ts';

/** Writes of one group commit: they become durable together or not at all. */
export type WriteOperation =
  | { readonly kind: 'append'; readonly topic: LogTopicName; readonly entries: PackedEntries }
  | {
      readonly kind: 'commit';
      readonly groupId: string;
      readonly topic: LogTopicName;
      readonly partition: number;
      readonly next: number;
    }
  | { readonly kind: 'join'; readonly groupId: string; readonly topic: LogTopicName }
  /** Writes something that changes nothing: shows whether the disk takes writes. */
  | { readonly kind: 'probe' };

export type LogRequest =
  | {
      readonly kind: 'write';
      readonly operations: readonly WriteOperation[];
      readonly values: Uint8Array;
      readonly now: number;
    }
  | {
      readonly kind: 'read';
      readonly topic: LogTopicName;
      readonly partition: number;
      readonly from: number;
      readonly maxEntries: number;
    }
  | { readonly kind: 'readCompacted'; readonly topic: LogTopicName }
  | { readonly kind: 'positions'; readonly groupId: string; readonly topic: LogTopicName }
  | { readonly kind: 'retain'; readonly limits: RetentionLimits; readonly now: number }
  | { readonly kind: 'ends' }
  | { readonly kind: 'close' };

export interface PartitionEnd {
  readonly topic: LogTopicName;
  readonly partition: number;
  readonly end: number;
}

export interface LogResponses {
  /** Ends of the partitions that grew. */
  write: readonly PartitionEnd[];
  read: { readonly entries: PackedEntries; readonly values: Uint8Array; readonly next: number };
  readCompacted: { readonly entries: PackedEntries; readonly values: Uint8Array };
  positions: readonly number[];
  retain: { readonly deleted: number; readonly bytes: number };
  ends: readonly PartitionEnd[];
  close: null;
}

export interface NumberedRequest {
  readonly id: number;
  readonly request: LogRequest;
}

export type NumberedResponse =
  | { readonly id: number; readonly result: LogResponses[LogRequest['kind']] }
  | { readonly id: number; readonly fault: LogFault };

/** What goes between threads instead of an error object. */
export interface LogFault {
  readonly code: 'locked' | 'unwritable' | 'corrupt' | 'unavailable';
  readonly message: string;
}
