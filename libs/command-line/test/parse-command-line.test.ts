import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  Command,
  parseCommandLine,
  pathFrom,
  positiveNumber,
  urlText,
  wholeNumber,
} from '../src/index.ts';

interface Outcome {
  readonly options?: Record<string, unknown>;
  readonly command?: string;
  readonly written: string;
}

function parse(...argv: string[]): Outcome {
  let outcome: Omit<Outcome, 'written'> = {};
  let written = '';
  const program = new Command('npm run thing --').description('Does things.');
  for (const command of ['begin', 'end']) {
    program
      .command(command)
      .option('--count <number>', 'how many', wholeNumber({ least: 1, most: 9 }), 3)
      .option('--from <number>', 'the first', wholeNumber({ least: 0 }))
      .option('--minutes <number>', 'how long', positiveNumber)
      .option('--url <url>', 'where from', urlText)
      .option('--json <file>', 'report', pathFrom('/somewhere'))
      .action((options: Record<string, unknown>) => {
        outcome = { command, options };
      });
  }
  const isRead = parseCommandLine(program, argv, { write: (text) => (written += text) });
  assert.equal(isRead, outcome.command !== undefined);
  return { ...outcome, written };
}

test('reads a command and its options, numbers and paths as such', () => {
  assert.deepEqual(parse('begin'), { command: 'begin', options: { count: 3 }, written: '' });
  const argv = [
    '--count=9',
    '--from',
    '0',
    '--minutes',
    '0.5',
    '--url',
    'http://a/b',
    '--json',
    'r.json',
  ];
  assert.deepEqual(parse('end', ...argv).options, {
    ...{ count: 9, from: 0, minutes: 0.5, url: 'http://a/b', json: '/somewhere/r.json' },
  });
  assert.equal(parse('end', '--json', '/r.json').options?.['json'], '/r.json');
});

test('writes the help where it is asked for, of all and of one command', () => {
  assert.match(parse('--help').written, /^Usage: npm run thing -- .*begin/s);
  assert.match(parse('begin', '--help').written, /--count <number>\s+how many \(default: 3\)/);
});

for (const [argv, reason] of [
  [[], 'Say what to do: begin, end.'],
  [['restart'], "Unknown command 'restart'."],
  [['begin', 'now'], /^Too many arguments for 'begin'\. Expected 0 arguments but got 1\.$/],
  [['begin', '--counts', '1'], "Unknown option '--counts'."],
  [['begin', '--count'], "Option '--count <number>' argument missing."],
  [['begin', '--count', '10'], /'10' is invalid\. It must be a whole number from 1 to 9\.$/],
  [['begin', '--count', '1.5'], /It must be a whole number from 1 to 9\.$/],
  [['begin', '--count', '0x3'], /It must be a whole number from 1 to 9\.$/],
  [['begin', '--from', '-1'], /It must be a whole number from 0 on\.$/],
  [['begin', '--minutes', '0'], /It must be a number above 0\.$/],
  [['begin', '--url', 'here'], /It must be an address, with http:\/\/ or https:\/\/\.$/],
] as const) {
  test(`says in one sentence what is wrong with: ${argv.join(' ') || 'nothing'}`, () => {
    assert.throws(
      () => parse(...argv),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'usage');
        const [said, rest] = error.message.split(/ (?=See )/);
        if (typeof reason === 'string') assert.equal(said, reason);
        else assert.match(said ?? '', reason);
        assert.equal(rest, 'See npm run thing -- --help.');
        return true;
      },
    );
  });
}
