import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseOptions } from '../src/options.ts';

const written: string[] = [];
const context = { workingDirectory: '/somewhere', write: (text: string) => written.push(text) };

describe('options of the stack command', () => {
  it('takes paths from the working folder and has a default for the data', () => {
    assert.deepEqual(parseOptions(['start', '--json', 'out.json'], context), {
      action: 'start',
      dataDirectory: '/somewhere/data/stack',
      jsonFile: '/somewhere/out.json',
    });
    assert.deepEqual(parseOptions(['stop', '--data', '/data'], context), {
      action: 'stop',
      dataDirectory: '/data',
    });
  });

  it('writes help where it is asked for', () => {
    assert.equal(parseOptions(['--help'], context), undefined);
    assert.match(written.join(''), /status \[options\]/);
  });

  it('says in one sentence what is wrong', () => {
    for (const argv of [[], ['restart'], ['start', '--port', '1'], ['start', 'now']]) {
      assert.throws(() => parseOptions(argv, context), {
        code: 'usage',
        message: /^[^\n]+\. See npm run stack -- --help\.$/,
      });
    }
  });
});
