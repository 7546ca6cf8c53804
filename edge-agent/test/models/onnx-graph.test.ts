import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import onnxProto from 'onnx-proto';
import { decodeGraph, encodeGraph, withInputShape, type Graph } from '../../models/onnx-graph.ts';
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

describe('withInputShape', () => {
  const graph: Graph = {
    name: 'open',
    input: { name: 'input', shape: [1, 0] },
    outputs: [{ name: 'result', shape: [1, 0] }],
    nodes: [{ operation: 'Add', inputs: ['input', 'one'], output: 'result', attributes: {} }],
    constants: [{ name: 'one', shape: [1, 1], data: Float32Array.of(1) }],
  };

  it('changes the size of the input and nothing else', () => {
    const sized = decodeGraph(withInputShape(encodeGraph(graph), [1, 5]));
    assert.deepEqual(sized, { ...graph, input: { name: 'input', shape: [1, 5] } });
  });

  it('finds the input of a file that lists its constants among the inputs', () => {
    const { ModelProto, ValueInfoProto } = onnxProto.onnx;
    const model = ModelProto.decode(encodeGraph(graph));
    model.graph!.input!.unshift(ValueInfoProto.create({ name: 'one' }));
    const bytes = ModelProto.encode(model).finish();
    assert.deepEqual(decodeGraph(withInputShape(bytes, [1, 5])).input.shape, [1, 5]);
  });

  it('refuses what has no input, and what is no model', () => {
    const code = { code: 'model_unsupported_operation' };
    assert.throws(() => withInputShape(new Uint8Array(), [1, 5]), code);
    assert.throws(() => withInputShape(Uint8Array.of(1, 2, 3), [1, 5]), {
      code: 'model_shape_unexpected',
    });
  });
});
