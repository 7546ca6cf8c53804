/**
 * Runs the test files named by the arguments (paths or parts of them), or all of them, two at a time, and ends
 * with `N passed, N failed, N skipped`. Exit code 1 if anything failed or nothing ran.
 */
import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const wanted = process.argv.slice(2);
const isLong = (file: string) => /^tests\/|device-image|mutated-payloads\.kafka/.test(file);
// The long ones first, so that none of them is left alone on one core at the end.
const files = globSync([
  'tests/**/*.test.ts',
  '{libs/*,edge-agent,gateway,cloud-processor,dashboard/*,provisioning,all-in-one,deploy}/test/**/*.test.ts',
])
  .filter((file) => !file.includes('node_modules'))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort((a, b) => Number(isLong(b)) - Number(isLong(a)) || a.localeCompare(b));

const counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
const stream = run({ files, concurrency: 2, timeout: 10 * 60_000 });
stream.on('test:pass', (event) => {
  // A suite that is skipped hides its tests: it counts, others don't.
  if (event.skip !== undefined && event.skip !== false) counts.skipped += 1;
  else if (event.details.type !== 'suite') counts.passed += 1;
});
stream.on('test:fail', (event) => {
  if (event.details.type === 'suite') return;
  counts.failed += 1;
  failures.push(`${event.file ?? ''}: ${event.name}`);
});
stream.on('end', () => {
  setImmediate(() => {
    for (const failure of failures) console.log(`failed: ${failure}`);
    console.log(
      `${String(counts.passed)} passed, ${String(counts.failed)} failed, ${String(counts.skipped)} skipped`,
    );
    process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
  });
});
stream.pipe(new spec()).pipe(process.stdout);
