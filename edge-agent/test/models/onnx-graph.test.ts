import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeGraph, encodeGraph } from '../../models/onnx-graph.ts';
import { buildModel, precisionsOf, recipes, translateRecipe } from '../../models/recipes.ts';

describe('decodeGraph', () => {
  for (const recipe of recipes) {
    it(`reads ${recipe.id} as it was written, in each precision`, async () => {
      const graph = await translateRecipe(recipe);
      assert.deepEqual(decodeGraph(encodeGraph(graph)), graph);
      for (const precision of precisionsOf(recipe)) {
        const bytes = await buildModel(recipe, precision);
        assert.deepEqual(encodeGraph(decodeGraph(bytes)), bytes);
      }
    });
  }

  it('refuses what is no model, and what it has no word for', async () => {
    const graph = await translateRecipe(recipes[2]!);
    assert.throws(() => decodeGraph(Uint8Array.of(1, 2, 3)), { code: 'model_shape_unexpected' });
    assert.throws(() => decodeGraph(new Uint8Array()), { code: 'model_unsupported_operation' });
    const cut = encodeGraph(graph).subarray(0, 1_000);
    assert.throws(() => decodeGraph(cut), { code: 'model_shape_unexpected' });
  });
});
