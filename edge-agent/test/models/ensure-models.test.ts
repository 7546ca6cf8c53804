import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ensureModels } from '../../models/ensure-models.ts';
import type { ModelProgress } from '../../models/ensure-models.ts';
import { sha256Of } from '../../models/model-card.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

test('builds each file once, reports progress, and finds all present the next time', async () => {
  await withTemporaryFolder(async (folder) => {
    const cacheDirectory = path.join(folder, 'not', 'there', 'yet');
    const runs: ModelProgress[][] = [[], []];
    for (const run of runs) {
      await ensureModels({ cacheDirectory, onProgress: (progress) => run.push(progress) });
    }
    assert.deepEqual(
      runs[0]!.map(({ done }) => done),
      [1, 2, 3, 4, 5, 6, 7],
    );
    assert.ok(runs[0]!.every(({ state, total }) => state === 'built' && total === 7));
    assert.equal(runs[0]!.at(-1)!.message, 'built mini-xception-fp32.onnx (7 of 7)');
    assert.ok(runs[1]!.every(({ state }) => state === 'present'));
  });
});

test('builds a damaged file again', async () => {
  await withTemporaryFolder(async (cacheDirectory) => {
    const { path: filePath, file } = (await ensureModels({ cacheDirectory })).get(
      'big-xception',
      'int8',
    );
    await writeFile(filePath, 'half a mod');
    const built: string[] = [];
    const onProgress = (progress: ModelProgress): void => {
      if (progress.state === 'built') built.push(progress.file);
    };
    await ensureModels({ cacheDirectory, onProgress });
    assert.deepEqual(built, [file.name]);
    assert.equal(sha256Of(await readFile(filePath)), file.sha256);
  });
});

test('gives every one of several starts at once the same files and leaves nothing else', async () => {
  await withTemporaryFolder(async (cacheDirectory) => {
    const starts = [1, 2, 3].map(() => ensureModels({ cacheDirectory }));
    const [models] = await Promise.all(starts);
    const { path: filePath, file } = models!.get('blazeface-back-320x256', 'int8');
    assert.equal(sha256Of(await readFile(filePath)), file.sha256);
    const names = await readdir(cacheDirectory);
    assert.equal(names.length, 7);
    assert.ok(names.every((name) => name.endsWith('.onnx')));
  });
});

test('says in one sentence that the cache folder cannot be written', async () => {
  await withTemporaryFolder(async (folder) => {
    const cacheDirectory = path.join(folder, 'a-file');
    await writeFile(cacheDirectory, '');
    await assert.rejects(ensureModels({ cacheDirectory }), {
      code: 'model_cache_unwritable',
      message: `The model cache ${cacheDirectory} can't be written.`,
    });
  });
});
