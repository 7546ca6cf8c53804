import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../../evaluate/options.ts';

test('reads where the pictures, the report and further models are', () => {
  assert.deepEqual(parseOptions(['--data', 'd']), { data: 'd', models: '.cache/models' });
  assert.deepEqual(parseOptions(['--data=d', '--json', 'r.json', '--yunet', 'y.onnx']), {
    data: 'd',
    json: 'r.json',
    yunet: 'y.onnx',
    models: '.cache/models',
  });
  assert.equal(parseOptions(['--help']), undefined);
});

test('says in one sentence what is wrong', () => {
  for (const [argv, message] of [
    [[], /^Say where the labelled pictures are: --data DIR\. See npm run evaluate -- --help\.$/],
    [['--data'], /--data.*See npm run/],
    [['--data', 'd', '--colour'], /--colour.*See npm run/],
  ] as const) {
    assert.throws(() => parseOptions(argv), { code: 'usage', message });
  }
});
