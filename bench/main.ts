import { runCommand, writeReport, type ParseContext } from '@emotion-fleet/command-line';
import { benchEdge } from './edge/edge-bench.ts';
import { benchGateway } from './gateway/gateway-bench.ts';
import { parseOptions, type BenchName } from './harness/options.ts';
import type { Bench } from './harness/bench.ts';
import { Cleanup } from './harness/cleanup.ts';
import { makeReport, tableOf } from './harness/report.ts';
import { Series } from './harness/series.ts';
import { benchProcessor } from './processor/processor-bench.ts';
import { benchWindows } from './windows/windows-bench.ts';

const benches: Readonly<Record<BenchName, Bench>> = {
  edge: benchEdge,
  gateway: benchGateway,
  processor: benchProcessor,
  windows: benchWindows,
};

async function main(argv: readonly string[], context: ParseContext): Promise<void> {
  const options = parseOptions(argv, context);
  if (options === undefined) return;
  const { bench, jsonFile } = options;
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const say = (line: string) => {
    const seconds = (elapsedMs() / 1_000).toFixed(0).padStart(4);
    console.log(`${seconds} s  ${line}`);
  };
  const series = new Series();
  const cleanup = new Cleanup();
  cleanup.onSignal();
  try {
    await benches[bench]({ ...options, series, elapsedMs, cleanup, say });
  } finally {
    await cleanup.run();
  }
  const report = makeReport(bench, series);
  console.log(`\n${tableOf(report)}`);
  if (jsonFile !== undefined) await writeReport(jsonFile, report);
}

await runCommand(main);
