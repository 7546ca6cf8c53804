import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeYunet } from '../../src/detect/yunet-decoder.ts';
import { emptyYunetOutputs } from './yunet-tensors.ts';

test('reads box, eyes and score of a cell in strides from its corner', () => {
  const outputs = emptyYunetOutputs({ width: 64, height: 32 });
  const cell = 6; // stride 16: row 1, column 2 of four
  outputs.get('cls_16')!.data[cell] = 0.81;
  outputs.get('obj_16')!.data[cell] = 1;
  outputs.get('bbox_16')!.data.set([0.5, 0.25, Math.log(2), Math.log(3)], cell * 4);
  outputs.get('kps_16')!.data.set([0.25, 0.5, 0.75, 0.5], cell * 10);
  const [face, ...others] = decodeYunet({ outputs, width: 64, minimumScore: 0.6 });
  assert.deepEqual(others, []);
  assert.ok(Math.abs(face!.score - 0.9) < 1e-6);
  assert.deepEqual(face!.center, { x: 40, y: 20 });
  assert.ok(Math.abs(face!.width - 32) < 1e-4 && Math.abs(face!.height - 48) < 1e-4);
  assert.deepEqual(face!.eyes, [
    { x: 36, y: 24 },
    { x: 44, y: 24 },
  ]);
});

test('clamps scores that overshoot', () => {
  const outputs = emptyYunetOutputs({ width: 64, height: 32 });
  outputs.get('cls_32')!.data[0] = 1.2;
  outputs.get('obj_32')!.data[0] = 1.1;
  assert.equal(decodeYunet({ outputs, width: 64, minimumScore: 0.6 })[0]!.score, 1);
});

test('refuses outputs that are not those of a YuNet', () => {
  assert.throws(() => decodeYunet({ outputs: new Map(), width: 64, minimumScore: 0.6 }), /cls_8/);
});
