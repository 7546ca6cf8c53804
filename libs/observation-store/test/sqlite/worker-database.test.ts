import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { WorkerDatabase } from '../../src/sqlite/worker-database.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('when its worker dies, what waits and what follows is refused as unavailable', async () => {
  const { path, remove } = await temporaryFolder();
  const database = new WorkerDatabase({
    ...{ path: join(path, 'any.sqlite'), readOnly: false, maxWaitingRows: 100 },
  });
  const created = once(process, 'worker') as Promise<[Worker]>;
  await database.start();
  const [worker] = await created;
  // Told to end before it is asked: a worker that is asked first may still answer.
  const ended = worker.terminate();
  const waiting = database.read('SELECT 1', []);
  await assert.rejects(waiting, { code: 'unavailable' });
  await ended;
  assert.equal(database.started, false);
  assert.equal(typeof database.lastFault, 'string');
  await assert.rejects(database.write([]), { code: 'unavailable' });
  await database.stop();
  await remove();
});

test('a failure is remembered until something succeeds', async () => {
  const { path, remove } = await temporaryFolder();
  const database = new WorkerDatabase({
    ...{ path: join(path, 'any.sqlite'), readOnly: false, maxWaitingRows: 100 },
  });
  await database.start();
  await assert.rejects(database.read('SELECT nonsense', []), { code: 'unavailable' });
  assert.match(database.lastFault ?? '', /nonsense/);
  assert.deepEqual(await database.read('SELECT 1, 2', []), [[1, 2]]);
  assert.equal(database.lastFault, undefined);
  await database.stop();
  await assert.rejects(database.read('SELECT 1', []), { code: 'stopped' });
  await remove();
});
