/** See `migrate`. */
export const storeMigrations: readonly string[] = [
  createTables(),
  `CREATE TABLE erasures (
     device_id TEXT NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL, erased_at INTEGER NOT NULL,
     PRIMARY KEY (device_id, from_at, to_at)
   ) STRICT`,
];

/**
 * Raw tables are keyed by time as well as identity: a record is immutable, so that its time is a function of
 * its identity, and one index serves both duplicates and ranges.
 */
function createTables(): string {
  const raw = ['samples_by_device', 'visits_by_device', 'presence_by_device', 'gaps_by_device'].map(
    (table) => `
      CREATE TABLE ${table} (
        device_id TEXT NOT NULL, time INTEGER NOT NULL, run_id TEXT NOT NULL, seq INTEGER NOT NULL,
        received_at INTEGER NOT NULL, record TEXT NOT NULL,
        PRIMARY KEY (device_id, time, run_id, seq)
      ) STRICT;
      CREATE INDEX ${table}_by_age ON ${table} (received_at);`,
  );
  const windows = ['minutes_by_device', 'days_by_device'].map(
    (table) => `
      CREATE TABLE ${table} (
        device_id TEXT NOT NULL, window_start INTEGER NOT NULL,
        version INTEGER NOT NULL, window_values TEXT NOT NULL,
        PRIMARY KEY (device_id, window_start)
      ) STRICT, WITHOUT ROWID;`,
  );
  const scopes = ['hours_by_scope', 'days_by_scope'].map(
    (table) => `
      CREATE TABLE ${table} (
        scope TEXT NOT NULL, window_start INTEGER NOT NULL, log_partition INTEGER NOT NULL,
        version INTEGER NOT NULL, window_values TEXT NOT NULL,
        PRIMARY KEY (scope, window_start, log_partition)
      ) STRICT, WITHOUT ROWID;`,
  );
  return `
    CREATE TABLE properties (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
    ${raw.join('\n')}
    ${windows.join('\n')}
    CREATE INDEX minutes_by_age ON minutes_by_device (window_start);
    CREATE TABLE hours_by_device (
      device_id TEXT NOT NULL, window_start INTEGER NOT NULL, log_partition INTEGER NOT NULL,
      version INTEGER NOT NULL, window_values TEXT NOT NULL,
      PRIMARY KEY (device_id, window_start)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX hours_by_window ON hours_by_device (window_start, log_partition, device_id);
    ${scopes.join('\n')}
    CREATE TABLE grids_by_device (
      device_id TEXT NOT NULL, hour INTEGER NOT NULL, version INTEGER NOT NULL, cells TEXT NOT NULL,
      PRIMARY KEY (device_id, hour)
    ) STRICT;
    CREATE TABLE ledger_blocks (
      device_id TEXT NOT NULL, run_id TEXT NOT NULL, block INTEGER NOT NULL, version INTEGER NOT NULL,
      stored BLOB NOT NULL, declared BLOB NOT NULL, rejected BLOB NOT NULL,
      first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
      PRIMARY KEY (device_id, run_id, block)
    ) STRICT;
    CREATE TABLE ledger_runs (
      device_id TEXT NOT NULL, run_id TEXT NOT NULL, version INTEGER NOT NULL,
      head_seq INTEGER NOT NULL, acked_below INTEGER NOT NULL,
      first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
      PRIMARY KEY (device_id, run_id)
    ) STRICT;
    CREATE TABLE device_status (
      device_id TEXT PRIMARY KEY, connect_seq INTEGER NOT NULL, received_at INTEGER NOT NULL,
      message TEXT NOT NULL
    ) STRICT;
    CREATE TABLE health_by_device (
      device_id TEXT NOT NULL, received_at INTEGER NOT NULL, message TEXT NOT NULL,
      PRIMARY KEY (device_id, received_at)
    ) STRICT;
    CREATE INDEX health_by_age ON health_by_device (received_at)`;
}
