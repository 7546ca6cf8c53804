import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepBlocked } from '../../models/blocked-layout.ts';
import { encodeGraph, type Graph } from '../../models/onnx-graph.ts';
import { recipes, translateRecipe } from '../../models/recipes.ts';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';

async function blazeFace(): Promise<Graph> {
  return translateRecipe(recipes.find(({ id }) => id === 'blazeface-back-320x256')!);
}

async function answersOf(graph: Graph): Promise<Float32Array> {
  const session = await openOnnxSession({ model: encodeGraph(graph) });
  const shape = [1, 3, 96, 128];
  const data = Float32Array.from({ length: 3 * 96 * 128 }, (_, index) => Math.sin(index / 5));
  const outputs = await session.run({ data, shape });
  await session.close();
  return outputs.get('anchors')!.data;
}

test('BlazeFace answers as before, without a node that leaves the blocks', async () => {
  const graph = await blazeFace();
  const blocked = keepBlocked(graph);
  assert.ok(graph.nodes.some(({ operation }) => operation === 'Pad'));
  assert.ok(!blocked.nodes.some(({ operation }) => operation === 'Pad'));
  const [before, after] = [await answersOf(graph), await answersOf(blocked)];
  assert.equal(after.length, (8 * 6 * 2 + 4 * 3 * 6) * 17);
  before.forEach((value, index) => assert.ok(Math.abs(value - after[index]!) < 1e-3));
});

test('keeps no constant that nothing reads', async () => {
  const { nodes, constants } = keepBlocked(await blazeFace());
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  for (const { name } of constants) assert.ok(read.has(name), name);
});

test('a network whose channels fill the blocks stays as it is', async () => {
  for (const id of ['big-xception', 'mini-xception']) {
    const graph = await translateRecipe(recipes.find((recipe) => recipe.id === id)!);
    assert.deepEqual(keepBlocked(graph), graph);
  }
});

test('padding of height and width stays a padding, channels or not', () => {
  for (const channelsAfter of [0n, 8n]) {
    const data = BigInt64Array.of(0n, 0n, 1n, 1n, 0n, channelsAfter, 1n, 1n);
    const graph: Graph = {
      name: 'padded',
      input: { name: 'input', shape: [1, 8, 0, 0] },
      outputs: [{ name: 'padded' }],
      nodes: [{ operation: 'Pad', inputs: ['input', 'pads'], output: 'padded', attributes: {} }],
      constants: [{ name: 'pads', shape: [8], data }],
    };
    assert.deepEqual(keepBlocked(graph), graph);
  }
});
