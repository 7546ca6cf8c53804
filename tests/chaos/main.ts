import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { requireStack } from '@emotion-fleet/deploy';
import { describeError } from '@emotion-fleet/service';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ChaosRun } from './chaos-run.ts';
import { help, parseOptions, type ChaosOptions } from './options.ts';
import { readable } from './report.ts';

const devicesPerEdge = 50;
const leastEdgeProcesses = 2;
/** So that there are records for as long as faults happen. */
const flowSeconds = 400;
const leastRecordsPerSecond = 200;

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
    edgeProcesses: Math.max(leastEdgeProcesses, Math.ceil(wanted.devices / devicesPerEdge)),
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

/** Not left to the event loop: a fault that never ended, or a driver's forgotten timer, would keep the process alive. */
try {
  const options = parseOptions(process.argv.slice(2), process.cwd());
  if (options === undefined) process.stdout.write(help);
  process.exit(options === undefined ? 0 : await main(options));
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}
