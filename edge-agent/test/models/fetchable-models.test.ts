import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchableModels } from '../../models/fetchable-models.ts';
import { cardsDirectory, readModelCards } from '../../models/model-card.ts';

test('pins the same files in the cards as in what is fetched', async () => {
  const cards = await readModelCards(cardsDirectory);
  const files = new Map([...cards.values()].flatMap((card) => card.files).map((f) => [f.name, f]));
  for (const { file, bytes, sha256 } of fetchableModels) {
    const pinned = files.get(file);
    assert.deepEqual([pinned?.bytes, pinned?.sha256], [bytes, sha256], file);
  }
});
