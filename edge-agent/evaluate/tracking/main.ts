/** `npm run evaluate:tracker`: how well faces are followed on generated scenes with known truth. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compareTrackers, scoreBehindGate } from './compare-trackers.ts';
import { tableOf } from './table.ts';
import { timeTracker } from './time-tracker.ts';

const usage = `Usage: npm run evaluate:tracker -- [--seeds N] [--first-seed N] [--json FILE]

  --seeds N        films of each kind of scene (default 10)
  --first-seed N   the first one's seed, the others follow (default 1)
  --json FILE      writes the report there, too`;

/** Frames/s of the agent's default. */
const agentsRate = 5;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string', default: '10' },
        'first-seed': { type: 'string', default: '1' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    const [count, first] = [Number(values.seeds), Number(values['first-seed'])];
    const isRight = [count, first].every((value) => Number.isSafeInteger(value) && value > 0);
    return {
      isHelp: values.help,
      wanted: isRight && !values.help ? { count, first, file: values.json } : undefined,
    };
  } catch {
    return { isHelp: false, wanted: undefined };
  }
}

const { isHelp, wanted } = readArguments();
if (wanted === undefined) {
  if (isHelp) console.log(usage);
  else console.error(usage);
  process.exitCode = isHelp ? 0 : 2;
} else {
  const { count, first, file } = wanted;
  const seeds = Array.from({ length: count }, (_, index) => first + index);
  const rows = [
    ...compareTrackers({ seeds }),
    ...(await scoreBehindGate({ seeds, framesPerSecond: [agentsRate] })),
    ...compareTrackers({ seeds, kinds: ['waiting'], framesPerSecond: [agentsRate] }),
    ...(await scoreBehindGate({ seeds, kinds: ['waiting'], framesPerSecond: [agentsRate] })),
  ];
  const timing = [10, 50].map((faces) => timeTracker({ faces }));
  console.log(tableOf(rows));
  for (const { faces, medianUs } of timing) {
    console.log(
      `One look at ${faces} faces takes the tracker ${Math.round(medianUs)} µs (median).`,
    );
  }
  const report = { evaluation: 'tracker', seeds, rows, timing };
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(report, undefined, 2)}\n`);
}
