import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const lib = new URL('../src/index.ts', import.meta.url).href;
const service = import.meta.resolve('@emotion-fleet/service');

/** Runs a command whose work is this piece of code, in a process of its own. */
function run(work: string, ...argv: string[]) {
  const program = `
    import { runCommand } from '${lib}';
    import { OperatorError } from '${service}';
    await runCommand(async (argv, { write }) => { ${work} });`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program, '--', 'script', ...argv],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

test('gives a command what was typed, and keeps the exit code that it sets', () => {
  const work = `write(argv.join('+')); process.exitCode = 7;`;
  assert.deepEqual(run(work, '--json', 'r'), { status: 7, stdout: '--json+r', stderr: '' });
  assert.equal(run('').status, 0);
});

test("says a person's mistake in one sentence, with exit code 2 for wrong usage and 1 for others", () => {
  const fail = (code: string) => run(`throw new OperatorError('${code}', 'Do it like this.');`);
  assert.deepEqual(fail('usage'), { status: 2, stdout: '', stderr: 'Do it like this.\n' });
  assert.deepEqual(fail('gone'), { status: 1, stdout: '', stderr: 'Do it like this.\n' });
});

test('shows where a defect is', () => {
  const { status, stderr } = run(`throw new TypeError('not this');`);
  assert.equal(status, 1);
  assert.match(stderr, /^TypeError: not this\n +at /);
});
