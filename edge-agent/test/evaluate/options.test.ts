import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions } from '../../evaluate/options.ts';

const context = { workingDirectory: '/somewhere', write: () => undefined };

test('reads where the pictures, the report and further models are', () => {
  const models = '/somewhere/.cache/models';
  assert.deepEqual(parseOptions(['--data', 'd'], context), { data: '/somewhere/d', models });
  const argv = ['--data=/d', '--json', 'r.json', '--yunet', 'y.onnx', '--models', 'm'];
  assert.deepEqual(parseOptions(argv, context), {
    data: '/d',
    json: '/somewhere/r.json',
    yunet: '/somewhere/y.onnx',
    models: '/somewhere/m',
  });
  assert.equal(parseOptions(['--help'], context), undefined);
});

test('says in one sentence what is wrong', () => {
  for (const [argv, message] of [
    [[], /^Required option '--data <dir>' not specified\. See npm run evaluate -- --help\.$/],
    [['--data'], /--data.*See npm run/],
    [['--data', 'd', '--colour'], /--colour.*See npm run/],
  ] as const) {
    assert.throws(() => parseOptions(argv, context), { code: 'usage', message });
  }
});
