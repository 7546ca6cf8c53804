import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { migrate } from '../../src/sqlite/migrate.ts';

const migrations = ['CREATE TABLE a (x INTEGER)', 'CREATE TABLE b (x INTEGER)'];

function tables(database: DatabaseSync): unknown[] {
  const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  return rows.map((row) => row['name']);
}

test('runs what a file has not seen yet, each once', () => {
  const database = new DatabaseSync(':memory:');
  assert.equal(migrate(database, migrations.slice(0, 1)), true);
  assert.deepEqual(tables(database), ['a']);
  assert.equal(migrate(database, migrations), true);
  assert.equal(migrate(database, migrations), true);
  assert.deepEqual(tables(database), ['a', 'b']);
});

test('leaves a file of a newer version alone', () => {
  const database = new DatabaseSync(':memory:');
  migrate(database, migrations);
  assert.equal(migrate(database, migrations.slice(0, 1)), false);
});

test('a migration that fails leaves nothing of itself', () => {
  const database = new DatabaseSync(':memory:');
  const broken = [...migrations, 'CREATE TABLE c (x INTEGER); SELECT nonsense'];
  assert.throws(() => migrate(database, broken));
  assert.deepEqual(tables(database), ['a', 'b']);
  assert.equal(migrate(database, migrations), true);
});
