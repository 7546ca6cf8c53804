import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { buildModel, recipes } from '../../models/recipes.ts';
import { hasVnni, int8Options } from '../../src/inference/x86-int8.ts';

test('VNNI is known by its flag, with 512 bits and with 256', () => {
  assert.ok(hasVnni('flags\t\t: fpu avx2 avx512f avx512_vnni avx512_bitalg\n'));
  assert.ok(hasVnni('flags\t\t: fpu avx2 avx_vnni sha_ni\n'));
  assert.ok(!hasVnni('flags\t\t: fpu avx2 avx512f avx512vl avx_vnni_int16\n'));
  assert.ok(!hasVnni(''));
});

test('int8 is not held back with VNNI, and kept from overflowing without', async () => {
  const optionsWith = (flags: string) =>
    int8Options(() => Promise.resolve(`flags\t\t: ${flags}\n`));
  assert.deepEqual(await optionsWith('avx2 avx512_vnni'), { x64quantprecision: '0' });
  assert.deepEqual(await optionsWith('avx2 avx512f'), { x64quantprecision: '1' });
});

test('where the processor is not known, int8 is kept from overflowing', async () => {
  const options = await int8Options(() => Promise.reject(new Error('ENOENT')));
  assert.deepEqual(options, { x64quantprecision: '1' });
});

test('int8 answers here as it does in the way that is right everywhere', async () => {
  const recipe = recipes.find(({ id }) => id === 'big-xception')!;
  const model = await buildModel(recipe, 'int8');
  const face = Float32Array.from({ length: 64 * 64 }, (_, index) => Math.sin(index / 7));
  const [here, everywhere] = await Promise.all(
    [await int8Options(), { x64quantprecision: '1' }].map((session) => run(model, face, session)),
  );
  assert.deepEqual(here, everywhere);
});

async function run(model: Uint8Array, data: Float32Array, session: object): Promise<Float32Array> {
  const opened = await InferenceSession.create(model, { intraOpNumThreads: 1, extra: { session } });
  const { logits } = await opened.run({ input: new Tensor('float32', data, [1, 1, 64, 64]) });
  await opened.release();
  return logits!.data as Float32Array;
}
