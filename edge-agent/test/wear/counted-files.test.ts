import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CountedFiles } from '../../src/wear/counted-files.ts';
import { FaultyFiles } from '../outbox/faulty-files.ts';

const page = 4_096;

function counted() {
  const inner = new FaultyFiles();
  let written = 0;
  const files = new CountedFiles({ files: inner, onWritten: (bytes) => (written += bytes) });
  /** Pages of a call. */
  const cost = async (call: () => Promise<unknown>) => {
    written = 0;
    await call();
    return written / page;
  };
  return { inner, files, cost };
}

it('counts the pages that an append touches, the one that was begun included', async () => {
  const { files, cost } = counted();
  assert.equal(await cost(() => files.append('a', Buffer.alloc(100))), 1);
  assert.equal(await cost(() => files.append('a', Buffer.alloc(100))), 1);
  assert.equal(await cost(() => files.append('a', Buffer.alloc(page))), 2);
  assert.equal(await cost(() => files.append('b', Buffer.alloc(page))), 1);
});

it('counts the journal at each sync: more where the file is new or has got another page', async () => {
  const { files, cost } = counted();
  await files.append('a', Buffer.alloc(100));
  assert.equal(await cost(() => files.sync('a')), 8);
  await files.append('a', Buffer.alloc(100));
  assert.equal(await cost(() => files.sync('a')), 3);
  await files.append('a', Buffer.alloc(page));
  assert.equal(await cost(() => files.sync('a')), 6);
  assert.equal(await cost(() => files.sync('a')), 3);
});

it('counts whole pages of a slot, and what a truncation and a removal change', async () => {
  const { files, cost } = counted();
  assert.equal(await cost(() => files.overwrite('state-0', Buffer.alloc(page + 1))), 2);
  assert.equal(await cost(() => files.sync('state-0')), 6);
  assert.equal(await cost(() => files.read('state-0', 0, 10)), 0);
  assert.equal(await cost(() => files.truncate('state-0', 10)), 1);
  assert.equal(await cost(() => files.remove('state-0')), 3);
});

it('counts nothing that the disk refused, and hands everything on', async () => {
  const { inner, files, cost } = counted();
  await files.append('a', Buffer.from('one'));
  inner.full = true;
  assert.equal(await cost(() => files.append('a', Buffer.from('two')).catch(() => undefined)), 0);
  inner.full = false;
  await files.truncate('a', 3);
  await files.append('a', Buffer.from('two'));
  assert.equal(String(await files.read('a', 0, 10)), 'onetwo');
  assert.equal(await files.size('a'), 6);
  assert.deepEqual(await files.list(), ['a']);
});
