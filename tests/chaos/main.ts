import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { requireStack } from '@emotion-fleet/deploy';
import { describeError } from '@emotion-fleet/service';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ChaosRun } from './chaos-run.ts';
import { help, parseOptions, type ChaosOptions } from './options.ts';
import { readable } from './report.ts';

const edgeProcesses = 4;
/** So that there are records for as long as faults happen. */
const flowSeconds = 400;
const leastRecordsPerSecond = 120;

async function main(options: ChaosOptions): Promise<number> {
  const { jsonFile, ...wanted } = options;
  await requireStack();
  const folder = temporaryFolder('chaos');
  // What this process has started ends with it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      folder.remove();
      process.exit(130);
    });
  }
  const startedAt = performance.now();
  const write = (text: string) => process.stdout.write(text);
  const run = new ChaosRun({
    ...wanted,
    edgeProcesses,
    recordsPerSecond: Math.max(leastRecordsPerSecond, wanted.detections / flowSeconds),
    folder: folder.path,
    onProgress: (line) => {
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0).padStart(4);
      write(`${seconds} s  ${line}\n`);
    },
  });
  const report = await run.run();
  write(`\n${readable(report)}`);
  if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
  if (report.verdict === 'clean') folder.remove();
  else write(`Logs and data are kept in ${folder.path}.\n`);
  return report.verdict === 'clean' ? 0 : 1;
}

try {
  const options = parseOptions(process.argv.slice(2), process.cwd());
  if (options === undefined) process.stdout.write(help);
  else process.exitCode = await main(options);
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
