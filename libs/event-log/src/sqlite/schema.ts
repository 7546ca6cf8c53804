import { DatabaseSync } from 'node:sqlite';
import { logTopics, type LogTopic } from '@emotion-fleet/contracts';

/**
 * An entry's place in the one table: `partition id * 2^40 + offset`. So a partition is one contiguous range,
 * offsets have no holes, and no second index is needed. 2^40 offsets last for 34 years at 1,000 a second.
 */
export const positionsPerPartition = 2 ** 40;

const layoutVersion = 1;

const layout = `
  CREATE TABLE partitions (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic, partition)
  ) STRICT;
  CREATE TABLE entries (
    position INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    value BLOB,
    headers TEXT,
    appended_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE latest_by_key (
    partition_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (partition_id, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE group_positions (
    group_id TEXT NOT NULL,
    partition_id INTEGER NOT NULL,
    next INTEGER NOT NULL,
    PRIMARY KEY (group_id, partition_id)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${layoutVersion};
`;

/**
 * Opens (or creates) the file for this process alone. The exclusive lock is the operating system's, so it
 * goes with the process, however that ends.
 */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec('BEGIN IMMEDIATE');
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
      user_version: number;
    };
    if (version === 0) database.exec(layout);
    else if (version !== layoutVersion) throw new Error(`unknown layout version ${version}`);
    addPartitions(database);
    database.exec('COMMIT');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function addPartitions(database: DatabaseSync): void {
  const insert = database.prepare(
    'INSERT OR IGNORE INTO partitions (topic, partition) VALUES (?, ?)',
  );
  for (const topic of Object.values<LogTopic>(logTopics)) {
    for (let partition = 0; partition < topic.partitions; partition++) {
      insert.run(topic.name, partition);
    }
  }
}
