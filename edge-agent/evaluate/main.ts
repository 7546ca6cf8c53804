/** `npm run evaluate -- --data DIR`: how right the agent's models are on labelled pictures. */
import { runCommand, writeReport, type ParseContext } from '@emotion-fleet/command-line';
import { evaluate } from './evaluate.ts';
import { parseOptions } from './options.ts';
import { ProgressLine } from './progress-line.ts';
import { tablesOf } from './report.ts';

async function main(argv: readonly string[], context: ParseContext): Promise<void> {
  const options = parseOptions(argv, context);
  if (options === undefined) return;
  const progress = new ProgressLine({ stream: process.stderr, nowMs: () => performance.now() });
  const report = await evaluate(options, {
    onProgress: (step, done, total) => progress.show(step, done, total),
    onFault: (sentence) => console.error(sentence),
  });
  console.log(`\n${tablesOf(report)}`);
  const { detection, emotion } = report.leftOut;
  if (detection + emotion > 0) console.log(`\n${detection + emotion} pictures were left out.`);
  if (options.json !== undefined) await writeReport(options.json, report);
}

await runCommand(main);
