import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorError } from '@emotion-fleet/service';
import { parseOptions } from '../src/options.ts';

const context = { workingDirectory: '/home/someone/fleet', write: () => undefined };

test('runs the demo on port 8080 with data below the working directory', () => {
  assert.deepEqual(parseOptions([], context), {
    port: 8080,
    dataDirectory: '/home/someone/fleet/data/demo',
    profile: 'embedded',
    openBrowser: true,
  });
});

test('keeps the data of an own camera apart from the demo', () => {
  const options = parseOptions(['--camera', '/dev/video0', '--no-open', '--port', '0'], context);
  assert.deepEqual(options, {
    port: 0,
    dataDirectory: '/home/someone/fleet/data/camera',
    camera: '/dev/video0',
    profile: 'embedded',
    openBrowser: false,
  });
});

test('takes an absolute data folder as it is', () => {
  assert.equal(parseOptions(['--data', '/srv/fleet'], context)?.dataDirectory, '/srv/fleet');
});

test('writes the help and starts nothing', () => {
  let help = '';
  const options = parseOptions(['--help'], { ...context, write: (text) => (help += text) });
  assert.equal(options, undefined);
  for (const name of ['--port', '--data', '--camera', '--profile', '--no-open'])
    assert.match(help, new RegExp(name));
});

for (const argv of [
  ['--port', 'many'],
  ['--port', '70000'],
  ['--prot', '1'],
  ['--profile', 'cloud'],
  ['everything'],
]) {
  test(`answers ${argv.join(' ')} with one sentence`, () => {
    assert.throws(
      () => parseOptions(argv, context),
      (error) =>
        error instanceof OperatorError && error.code === 'usage' && !error.message.includes('\n'),
    );
  });
}
