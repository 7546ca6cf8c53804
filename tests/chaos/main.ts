import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { runCommand } from '@emotion-fleet/command-line';
import { requireStack } from '@emotion-fleet/deploy';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ChaosRun } from './chaos-run.ts';
import { parseOptions, type ChaosOptions } from './options.ts';
import { readable } from './report.ts';

const devicesPerEdge = 50;
const leastEdgeProcesses = 2;
/** So that there are records for as long as faults happen. */
const flowSeconds = 400;
const leastRecordsPerSecond = 200;

async function main(options: ChaosOptions): Promise<void> {
  const { json, ...wanted } = options;
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
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  if (report.verdict === 'clean') {
    folder.remove();
  } else {
    process.exitCode = 1;
    write(`Logs and data are kept in ${folder.path}.\n`);
  }
}

await runCommand(async (argv, context) => {
  const options = parseOptions(argv, context);
  if (options !== undefined) await main(options);
});
// Not left to the event loop: a fault that never ended, or a driver's forgotten timer, would keep the process alive.
process.exit();
