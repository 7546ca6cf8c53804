import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { DataLock } from '../src/data-lock.ts';

describe('DataLock', () => {
  let dataDirectory = '';
  const locks: DataLock[] = [];

  beforeEach(async () => {
    dataDirectory = await mkdtemp(path.join(tmpdir(), 'data-lock-'));
  });
  afterEach(async () => {
    for (const lock of locks.splice(0)) await lock.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  function newLock(waitMs = 0, folder = dataDirectory): DataLock {
    const lock = new DataLock({ dataDirectory: folder, logger: silentLogger(), waitMs });
    locks.push(lock);
    return lock;
  }

  it('keeps a second agent off the directory, and nobody off another', async () => {
    await newLock().start();
    await assert.rejects(newLock().start(), {
      code: 'data_directory_in_use',
      message: /EMOTION_DATA_DIRECTORY/,
    });
    await newLock(0, path.join(dataDirectory, 'of-another-camera')).start();
  });

  it('waits for an agent that is ending', async () => {
    const first = newLock();
    await first.start();
    const second = newLock(10_000).start();
    await first.stop();
    await second;
    await assert.rejects(newLock().start(), { code: 'data_directory_in_use' });
  });

  it('is gone with a process that is killed', async () => {
    const holder = path.join(import.meta.dirname, 'lock-holder.ts');
    const child = fork(holder, [dataDirectory], { silent: true });
    await once(child, 'message');
    await assert.rejects(newLock().start(), { code: 'data_directory_in_use' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await newLock().start();
  });

  it('writes nothing to the card', async () => {
    await newLock().start();
    assert.deepEqual(await readdir(dataDirectory), ['in-use']);
    assert.equal((await stat(path.join(dataDirectory, 'in-use'))).size, 0);
  });

  it('leaves a folder that cannot be used to the outbox', async () => {
    const file = path.join(dataDirectory, 'a-file');
    await writeFile(file, '');
    await newLock(0, file).start();
  });
});
