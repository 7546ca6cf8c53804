/** See `migrate`. */
export const registryMigrations: readonly string[] = [
  `CREATE TABLE sites (
     site_id TEXT PRIMARY KEY, name TEXT NOT NULL, time_zone TEXT NOT NULL, purpose TEXT NOT NULL,
     opening_hours TEXT NOT NULL, created_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE devices (
     device_id TEXT PRIMARY KEY, name TEXT NOT NULL, schedule TEXT NOT NULL, token_hash BLOB NOT NULL,
     created_at INTEGER NOT NULL, revoked_at INTEGER
   ) STRICT;
   CREATE TABLE assignments (
     device_id TEXT NOT NULL REFERENCES devices, site_id TEXT NOT NULL REFERENCES sites,
     from_hour INTEGER NOT NULL,
     PRIMARY KEY (device_id, from_hour)
   ) STRICT`,
];
