import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { minRawRetentionMs } from '@emotion-fleet/contracts';
import { OperatorError } from '@emotion-fleet/service';
import {
  dayMs,
  SqliteObservationStore,
  zeroWindow,
  type SqliteObservationStoreOptions,
} from '@emotion-fleet/observation-store';
import { anHour, recordRow } from './builders.ts';
import { observationStoreContract } from './observation-store-contract.ts';
import { temporaryFolder } from './temporary-folder.ts';

const deviceId = 'cam-1';
const always = { from: 0, to: 4e12 };

observationStoreContract('SqliteObservationStore', async () => {
  const { path, remove } = await temporaryFolder();
  return { store: new SqliteObservationStore({ directory: path }), remove };
});

/** Runs `work` in a folder of its own; what it opens there is stopped afterwards. */
async function inFolder(
  work: (
    open: (options?: Partial<SqliteObservationStoreOptions>) => SqliteObservationStore,
    directory: string,
  ) => Promise<void>,
): Promise<void> {
  const { path, remove } = await temporaryFolder();
  const opened: SqliteObservationStore[] = [];
  try {
    await work((options = {}) => {
      const store = new SqliteObservationStore({ directory: path, ...options });
      opened.push(store);
      return store;
    }, path);
  } finally {
    for (const store of opened) await store.stop();
    await remove();
  }
}

test('rows and epoch are there after a restart', () =>
  inFolder(async (open) => {
    const first = open();
    await first.start();
    const { epoch } = first;
    const row = recordRow({ deviceId, seq: 0, time: anHour });
    await first.putRecords([row]);
    await first.stop();
    const second = open({ now: () => Date.now() + 1_000 });
    await second.start();
    assert.equal(second.epoch, epoch);
    assert.deepEqual(await second.readRecords({ deviceId, ...always }), [row]);
  }));

test('a second instance on the same folder is refused with one sentence, until the first stops', () =>
  inFolder(async (open) => {
    const first = open();
    await first.start();
    const second = open();
    await assert.rejects(second.start(), (error: unknown) => {
      assert.ok(error instanceof OperatorError);
      assert.equal(error.code, 'locked');
      assert.match(error.message, /^[^.]+\.sqlite is in use by another instance; [^.]+\.$/);
      return true;
    });
    assert.equal(second.health().state, 'down');
    await first.stop();
    await second.start();
    assert.equal(second.health().state, 'ok');
  }));

test('a raw retention shorter than the outbox and a day is refused', () =>
  inFolder(async (open) => {
    await assert.rejects(open({ rawRetentionMs: minRawRetentionMs - 1 }).start(), {
      name: 'OperatorError',
      code: 'raw_retention_too_short',
    });
  }));

test('a folder that cannot be made and a file that is no database are one sentence each', () =>
  inFolder(async (open, directory) => {
    const file = join(directory, 'observations.sqlite');
    await writeFile(file, 'not a database, but long enough to have had a header'.repeat(20));
    await assert.rejects(open({ directory: join(file, 'below') }).start(), {
      name: 'OperatorError',
      code: 'folder_not_writable',
    });
    await assert.rejects(open().start(), { name: 'OperatorError', code: 'not_a_database' });
  }));

test('a file of a newer version is left alone', () =>
  inFolder(async (open, directory) => {
    const file = new DatabaseSync(join(directory, 'observations.sqlite'));
    file.exec('PRAGMA user_version = 1000');
    file.close();
    await assert.rejects(open().start(), { name: 'OperatorError', code: 'newer_schema' });
  }));

test('raw rows vanish when their time is over, counted from the first receivedAt', () =>
  inFolder(async (open) => {
    let now = anHour;
    const store = open({ now: () => now });
    await store.start();
    const row = recordRow({ deviceId, seq: 0, time: anHour, receivedAt: anHour });
    const later = { ...row, receivedAt: anHour + 5 * dayMs };
    await store.putRecords([row]);
    now = anHour + 5 * dayMs;
    await store.putRecords([later]);
    now = anHour + minRawRetentionMs - 1;
    assert.equal((await store.readRecords({ deviceId, ...always })).length, 1);
    now++;
    assert.deepEqual(await store.readRecords({ deviceId, ...always }), []);
    assert.equal(await store.removeExpired(), 1);
    await store.putRecords([row]);
    assert.equal(await store.removeExpired(), 0);
    assert.deepEqual(await store.readRecords({ deviceId, ...always }), []);
  }));

test('many expired rows go in short steps, and minutes go after their own time', () =>
  inFolder(async (open, directory) => {
    let now = anHour;
    const store = open({ now: () => now, minuteRetentionMs: 10 * dayMs });
    await store.start();
    const rows = Array.from({ length: 2_500 }, (_, seq) =>
      recordRow({ deviceId, kind: seq % 2 === 0 ? 'sample' : 'visit', seq, time: anHour + seq }),
    );
    await store.putRecords(rows);
    const window = { deviceId, windowStart: anHour, version: store.epoch, values: zeroWindow() };
    await store.putMinutes([window]);
    await store.putHours([{ ...window, logPartition: 0 }]);
    now = anHour + 9 * dayMs;
    assert.equal(await store.removeExpired(), 2_500);
    assert.equal((await store.readMinutes(deviceId, always)).length, 1);
    now = anHour + 10 * dayMs;
    assert.deepEqual(await store.readMinutes(deviceId, always), []);
    assert.equal(await store.removeExpired(), 1);
    await store.putMinutes([window]);
    assert.equal((await store.readHours(deviceId, always)).length, 1);
    await store.stop();
    const file = new DatabaseSync(join(directory, 'observations.sqlite'), { readOnly: true });
    for (const table of ['samples_by_device', 'visits_by_device', 'minutes_by_device']) {
      assert.equal(file.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'], 0);
    }
    file.close();
  }));

test('a write that SQLite refuses fails alone; its neighbours of the same moment are stored', () =>
  inFolder(async (open) => {
    const store = open();
    await store.start();
    const good = recordRow({ deviceId, seq: 0, time: anHour });
    const bad = { ...good, receivedAt: 0.5 };
    const results = await Promise.allSettled([
      store.putRecords([good]),
      store.putRecords([{ ...bad, receivedAt: Date.now() + 0.5, deviceId: 'cam-2' }]),
      store.putRecords([recordRow({ deviceId, seq: 1, time: anHour })]),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal((await store.readRecords({ deviceId, ...always })).length, 2);
  }));

test('refuses writes while too many rows wait', () =>
  inFolder(async (open) => {
    const store = open({ maxWaitingRows: 10 });
    await store.start();
    const rows = Array.from({ length: 8 }, (_, seq) => recordRow({ deviceId, seq, time: anHour }));
    const first = store.putRecords(rows);
    await assert.rejects(store.putRecords(rows), { code: 'unavailable' });
    await first;
    await store.putRecords(rows);
    assert.equal(store.health().state, 'ok');
  }));
