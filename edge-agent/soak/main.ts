/** `npm run soak -- edge --minutes N [--json FILE]`: does the agent hold out? */
import {
  Command,
  parseCommandLine,
  pathFrom,
  positiveNumber,
  runCommand,
  writeReport,
  type ParseContext,
} from '@emotion-fleet/command-line';
import { soakEdge } from './edge-soak.ts';

interface SoakOptions {
  readonly minutes: number;
  readonly interpreted: boolean;
  readonly json?: string;
}

function parseOptions(argv: readonly string[], context: ParseContext): SoakOptions | undefined {
  let chosen: SoakOptions | undefined;
  const program = new Command('npm run soak --').description('Does a part of the fleet hold out?');
  program
    .command('edge')
    .description(
      'Runs an edge agent with the virtual camera and a broker that comes and goes, and looks at it from outside: ' +
        'memory, descriptors, the age of frames, records. Exit code 1 where something grows, ages or is missing. ' +
        'Linux only.',
    )
    .option('--minutes <number>', 'under 3 the memory has hardly settled', positiveNumber, 60)
    .option(
      '--interpreted',
      "with V8's compilers off, so that the memory may not grow at all; slower by far",
      false,
    )
    .option(
      '--json <file>',
      'write the report there: verdicts, memorySlope, samples',
      pathFrom(context.workingDirectory),
    )
    .action((options: SoakOptions) => {
      chosen = options;
    });
  return parseCommandLine(program, argv, context) ? chosen : undefined;
}

async function main(argv: readonly string[], context: ParseContext): Promise<void> {
  const options = parseOptions(argv, context);
  if (options === undefined) return;
  const { minutes, interpreted, json } = options;
  const say = (line: string) => context.write(`${line}\n`);
  const report = await soakEdge({ minutes, isInterpreted: interpreted, onProgress: say });
  for (const [name, { passed, sentence }] of Object.entries(report.verdicts)) {
    say(`${passed ? 'ok    ' : 'FAILED'} ${name.padEnd(12)} ${sentence}`);
  }
  if (json !== undefined) await writeReport(json, report);
  if (!report.passed) process.exitCode = 1;
}

await runCommand(main);
