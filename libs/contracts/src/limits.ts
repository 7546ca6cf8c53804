/** Version of every message schema in this package; a breaking change raises it. */
export const schemaVersion = 1;

export const maxBatchRecords = 200;
/** A batch of 200 records stays below 120 KiB; the gateway refuses larger payloads unread. */
export const maxBatchBytes = 256 * 1024;

/** Records observed further ahead of the gateway's clock than this go to the dead letters. */
export const maxClockAheadMs = 5 * 60_000;

/** What an outbox keeps at most; older windows are sealed, raw data lives a day longer. */
export const outboxMaxAgeMs = 7 * 24 * 3_600_000;
export const minRawRetentionMs = outboxMaxAgeMs + 24 * 3_600_000;

/** A visit counts as readable from this much time with scores on. */
export const readableVisitMs = 1_000;

/** What a device can be set to, by itself or from afar. */
export const settingLimits = {
  sampleIntervalMs: { minimum: 0, maximum: 60_000 },
  analysisFps: { minimum: 0.5, maximum: 30 },
  maxVisitMs: { minimum: 10_000, maximum: 24 * 3_600_000 },
  exclusionZones: { maxItems: 32 },
} as const;

/** Upper edges in pixels of the face-height histogram; the last bin is open. */
export const faceHeightBinEdgesPx = [20, 30, 40, 60, 80, 120, 160, 240] as const;

/** Position grids divide a frame into this many cells. */
export const gridColumns = 32;
export const gridRows = 18;

/** Partitions of `face-emotions`, fixed for the topic's life: a device's records share one. */
export const logPartitions = 12;

/** Seqs in one bitmap block of the ledger. */
export const ledgerBlockSeqs = 4_096;
