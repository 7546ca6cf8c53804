import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardFile, cardsDirectory, readModelCards, sha256Of } from '../../models/model-card.ts';
import { buildModel, precisionsOf, recipes } from '../../models/recipes.ts';

for (const recipe of recipes) {
  for (const precision of precisionsOf(recipe)) {
    test(`builds ${recipe.id} ${precision} twice with the bytes that its card names`, async () => {
      const first = await buildModel(recipe, precision);
      const second = await buildModel(recipe, precision);
      const file = cardFile((await readModelCards(cardsDirectory)).get(recipe.id)!, precision);
      assert.equal(sha256Of(first), sha256Of(second));
      assert.equal(sha256Of(first), file.sha256);
      assert.equal(first.length, file.bytes);
    });
  }
}
