import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fetchableModels } from '../../models/fetchable-models.ts';
import { buildMiniXception } from '../../models/mini-xception.ts';
import { cardsDirectory, readModelCards } from '../../models/model-card.ts';
import { withTemporaryFolder } from './temporary-folder.ts';

test('says how to get a file that is not there, and that another file is not the published one', async () => {
  await withTemporaryFolder(async (folder) => {
    const filePath = path.join(folder, 'mini.hdf5');
    await assert.rejects(buildMiniXception(filePath), {
      code: 'model_file_missing',
      message: /mini\.hdf5 can't be read: run npm run models -- fetch minixception\.$/,
    });
    await writeFile(filePath, 'version https://git-lfs');
    await assert.rejects(buildMiniXception(filePath), { code: 'model_sha256_mismatch' });
  });
});

test('pins the same files in the cards as in what is fetched', async () => {
  const cards = await readModelCards(cardsDirectory);
  const files = new Map([...cards.values()].flatMap((card) => card.files).map((f) => [f.name, f]));
  for (const { file, bytes, sha256 } of fetchableModels) {
    const pinned = files.get(file);
    assert.deepEqual([pinned?.bytes, pinned?.sha256], [bytes, sha256], file);
  }
});
