import assert from 'node:assert/strict';
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildWeb } from '../build.ts';

test('replaces a build of other inputs, and keeps one of the same', async (t) => {
  const outDir = await mkdtemp(join(tmpdir(), 'dashboard-web-'));
  t.after(() => rm(outDir, { recursive: true, force: true }));
  await writeFile(join(outDir, '.build-stamp'), 'of another tree');
  await writeFile(join(outDir, 'left-over.txt'), 'of an earlier build');
  const messages: string[] = [];
  const first = await buildWeb({ outDir, onProgress: (message) => messages.push(message) });
  assert.equal(first.built, true);
  assert.match(messages.at(-1) ?? '', /built in/);

  const page = await readFile(join(outDir, 'index.html'), 'utf8');
  assert.match(page, /assets\/index-[\w-]+\.js/);
  assert.doesNotMatch(page, /https?:/);
  await assert.rejects(access(join(outDir, 'left-over.txt')), { code: 'ENOENT' });

  assert.equal((await buildWeb({ outDir })).built, false);
});
