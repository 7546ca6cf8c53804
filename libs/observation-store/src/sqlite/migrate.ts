import type { DatabaseSync } from 'node:sqlite';

/**
 * Brings a file up to date. Each migration runs once, in its own transaction, and is never edited after a
 * release: the next change is the next one. `user_version` counts those that a file has seen; it is read under
 * the write lock, so that several processes may open a new file at once.
 *
 * @returns false where the file is from a newer version of this software; it is left alone then
 */
export function migrate(database: DatabaseSync, migrations: readonly string[]): boolean {
  for (;;) {
    database.exec('BEGIN IMMEDIATE');
    try {
      const seen = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
      const next = migrations[seen];
      if (next !== undefined) database.exec(`${next}; PRAGMA user_version = ${seen + 1}`);
      database.exec('COMMIT');
      if (next === undefined) return seen === migrations.length;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }
}

/** SQLITE_NOTADB */
export function isNotADatabase(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 26;
}
