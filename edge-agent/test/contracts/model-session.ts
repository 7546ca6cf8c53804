import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { encodeGraph } from '../../models/onnx-graph.ts';
import { buildModel, recipes } from '../../models/recipes.ts';
import type { ModelSession, SessionOpener } from '../../src/inference/model-session.ts';
import { openOnnxSession } from '../../src/inference/onnx-session.ts';

export interface SessionBench {
  readonly openSession: SessionOpener;
  tidyUp?(): Promise<void>;
}

/** How far an output may lie from ONNX Runtime's; outputs are logits and pixels, up to about a hundred. */
const tolerance = 1e-3;

const rectifier = rectifierOf([1, 3]);
const openRectifier = rectifierOf([1, 0]);

function rectifierOf(shape: readonly number[]): Uint8Array {
  return encodeGraph({
    name: 'rectifier',
    input: { name: 'input', shape },
    outputs: [{ name: 'result', shape }],
    nodes: [{ operation: 'Relu', inputs: ['input'], output: 'result', attributes: {} }],
    constants: [],
  });
}

/** What every `ModelSession` does; each backend runs it, in a thread and without one. */
export function describeModelSession(name: string, newBench: () => Promise<SessionBench>): void {
  describe(`${name} as a ModelSession`, () => {
    let bench: SessionBench;
    before(async () => {
      bench = await newBench();
    });
    after(() => bench.tidyUp?.());

    async function withSession(
      model: Uint8Array,
      use: (session: ModelSession) => Promise<void>,
    ): Promise<void> {
      const session = await bench.openSession({ model });
      try {
        await use(session);
      } finally {
        await session.close();
      }
    }

    it('tells its shapes and names, and runs', async () => {
      await withSession(rectifier, async (session) => {
        assert.deepEqual(session.inputShape, [1, 3]);
        assert.deepEqual(session.outputNames, ['result']);
        const outputs = await session.run({ data: Float32Array.of(-1, 0, 2), shape: [1, 3] });
        assert.deepEqual([...outputs.get('result')!.data], [0, 0, 2]);
        assert.deepEqual(outputs.get('result')!.shape, [1, 3]);
      });
    });

    it('lets the buffer of the input be used again, and leaves earlier outputs as they were', async () => {
      await withSession(rectifier, async (session) => {
        const data = new Float32Array(new SharedArrayBuffer(12));
        data.set([1, 2, 3]);
        const first = await session.run({ data, shape: [1, 3] });
        data.set([4, 5, 6]);
        const second = await session.run({ data, shape: [1, 3] });
        assert.deepEqual([...first.get('result')!.data], [1, 2, 3]);
        assert.deepEqual([...second.get('result')!.data], [4, 5, 6]);
      });
    });

    it('reads an input that lies amid larger memory, shared or not', async () => {
      await withSession(rectifier, async (session) => {
        for (const buffer of [new SharedArrayBuffer(32), new ArrayBuffer(32)]) {
          new Float32Array(buffer).set([1, 2, 3, 4, 5, 6, 7, 8]);
          const data = new Float32Array(buffer, 12, 3);
          const outputs = await session.run({ data, shape: [1, 3] });
          assert.deepEqual([...outputs.get('result')!.data], [4, 5, 6]);
        }
      });
    });

    it('answers each of many that ask at once', async () => {
      await withSession(rectifier, async (session) => {
        const asked = [1, 2, 3, 4].map((value) =>
          session.run({ data: Float32Array.of(value, -value, 0), shape: [1, 3] }),
        );
        const answers = await Promise.all(asked);
        assert.deepEqual(
          answers.map((outputs) => outputs.get('result')!.data[0]),
          [1, 2, 3, 4],
        );
      });
    });

    it('runs at each size that it is asked for where the network leaves that open', async () => {
      await withSession(openRectifier, async (session) => {
        assert.deepEqual(session.inputShape, [1, 0]);
        for (const data of [[-1, 2], [3, -4, 5], [-1, 2], [6]]) {
          const outputs = await session.run({
            data: Float32Array.from(data),
            shape: [1, data.length],
          });
          const result = outputs.get('result')!;
          assert.deepEqual(result.shape, [1, data.length]);
          assert.deepEqual(
            [...result.data],
            data.map((value) => Math.max(0, value)),
          );
        }
      });
    });

    for (const recipe of recipes) {
      it(`gives what ONNX Runtime gives for ${recipe.id}, within ${tolerance}`, async () => {
        const model = await buildModel(recipe, 'fp32');
        const reference = await openOnnxSession({ model });
        const shape = reference.inputShape.map((size) => (size === 0 ? 96 : size));
        const data = testPicture(shape.reduce((product, size) => product * size, 1));
        const expected = await reference.run({ data, shape });
        await reference.close();
        await withSession(model, async (session) => {
          const outputs = await session.run({ data, shape });
          for (const [output, { data: values, shape: sizes }] of expected) {
            const actual = outputs.get(output)!;
            assert.deepEqual(actual.shape, sizes);
            const differences = values.map((value, index) => Math.abs(value - actual.data[index]!));
            // NaN must not pass: the comparison is the way round that refuses it.
            assert.ok(differences.every((difference) => difference <= tolerance));
          }
        });
      });
    }

    it('refuses bytes that are no model', async () => {
      await assert.rejects(bench.openSession({ model: Uint8Array.of(1, 2, 3) }), {
        code: 'model_shape_unexpected',
      });
    });
  });
}

/** Values from -1 to 1 without a period that fits a picture's. */
function testPicture(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(index * index * 0.37));
}
