/** `npm run evaluate:tracker`: how well faces are followed on generated scenes with known truth. */
import { writeFileSync } from 'node:fs';
import {
  Command,
  parseCommandLine,
  pathFrom,
  runCommand,
  wholeNumber,
  type ParseContext,
} from '@emotion-fleet/command-line';
import { compareTrackers, scoreBehindGate } from './compare-trackers.ts';
import { tableOf } from './table.ts';
import { timeTracker } from './time-tracker.ts';

/** Frames/s of the agent's default. */
const agentsRate = 5;

interface TrackingOptions {
  readonly seeds: number;
  readonly firstSeed: number;
  readonly json?: string;
}

function parseOptions(argv: readonly string[], context: ParseContext): TrackingOptions | undefined {
  const program = new Command('npm run evaluate:tracker --')
    .description('How well faces are followed on generated scenes with known truth.')
    .option('--seeds <number>', 'films of each kind of scene', wholeNumber({ least: 1 }), 10)
    .option(
      '--first-seed <number>',
      "the first one's seed, the others follow",
      wholeNumber({ least: 1 }),
      1,
    )
    .option('--json <file>', 'write the report there, too', pathFrom(context.workingDirectory));
  return parseCommandLine(program, argv, context) ? program.opts<TrackingOptions>() : undefined;
}

async function main(argv: readonly string[], context: ParseContext): Promise<void> {
  const options = parseOptions(argv, context);
  if (options === undefined) return;
  const { seeds: count, firstSeed, json } = options;
  const seeds = Array.from({ length: count }, (_, index) => firstSeed + index);
  const rows = [
    ...compareTrackers({ seeds }),
    ...(await scoreBehindGate({ seeds, framesPerSecond: [agentsRate] })),
    ...compareTrackers({ seeds, kinds: ['waiting'], framesPerSecond: [agentsRate] }),
    ...(await scoreBehindGate({ seeds, kinds: ['waiting'], framesPerSecond: [agentsRate] })),
  ];
  const timing = [10, 50].map((faces) => timeTracker({ faces }));
  context.write(`${tableOf(rows)}\n`);
  for (const { faces, medianUs } of timing) {
    const time = Math.round(medianUs);
    context.write(`One look at ${faces} faces takes the tracker ${time} µs (median).\n`);
  }
  const report = { evaluation: 'tracker', seeds, rows, timing };
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, undefined, 2)}\n`);
}

await runCommand(main);
