/** `npm run soak -- edge --minutes N [--json FILE]`: does the agent hold out? */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { describeError, OperatorError } from '@emotion-fleet/service';
import { soakEdge } from './edge-soak.ts';

const usage = `npm run soak -- edge [--minutes N] [--json FILE]

Runs an edge agent with the virtual camera and a broker that comes and goes, and looks at it from outside: memory,
descriptors, the age of frames, records. Exit code 1 where something grows, ages or is missing. Linux only.

  --minutes N  60 by default; under 3 the memory has hardly settled
  --json FILE  writes the report there: verdicts, memorySlope, samples
`;

function readOptions() {
  const { values, positionals } = parse();
  const minutes = Number(values.minutes);
  if (values.help) return undefined;
  if (positionals.join(' ') !== 'edge') {
    throw new OperatorError(
      'usage',
      'What is to be soaked: npm run soak -- edge (--help says more).',
    );
  }
  if (!(minutes > 0)) throw new OperatorError('usage', '--minutes is a number above 0.');
  return { minutes, jsonFile: values.json };
}

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        minutes: { type: 'string', default: '60' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (cause) {
    throw new OperatorError('usage', `${(cause as Error).message} (--help lists the options)`, {
      cause,
    });
  }
}

try {
  const options = readOptions();
  if (options === undefined) process.stdout.write(usage);
  else {
    const { minutes, jsonFile } = options;
    const say = (line: string) => void process.stdout.write(`${line}\n`);
    const report = await soakEdge({ minutes, onProgress: say });
    for (const [name, { passed, sentence }] of Object.entries(report.verdicts)) {
      say(`${passed ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${sentence}`);
    }
    if (jsonFile !== undefined) {
      await mkdir(path.dirname(path.resolve(jsonFile)), { recursive: true });
      await writeFile(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
    }
    process.exitCode = report.passed ? 0 : 1;
  }
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
