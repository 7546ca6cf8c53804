import { logPartitions } from './limits.ts';

/** Topics of the event log, the only place that names them. Key is the device id everywhere. */
export const logTopics = {
  /** Every record of every device, and the gateway's `rejected` markers. */
  faceEmotions: { name: 'face-emotions', partitions: logPartitions, compacted: false },
  deviceStatus: { name: 'device-status', partitions: 1, compacted: true },
  deviceConfig: { name: 'device-config', partitions: 1, compacted: true },
  deviceConfigReported: { name: 'device-config-reported', partitions: 1, compacted: true },
  deviceHealth: { name: 'device-health', partitions: 1, compacted: false },
  /** Original bytes with reason and origin as headers. */
  deadLetters: { name: 'face-emotions-dead-letters', partitions: 1, compacted: false },
} as const;

export type LogTopic = (typeof logTopics)[keyof typeof logTopics];
export type LogTopicName = LogTopic['name'];
