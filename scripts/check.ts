/** Types, lint, format, import arrows and unused code; two at a time, each one's output only where it fails. */
import { spawn } from 'node:child_process';

const checks: Record<string, string[]> = {
  'lint (eslint)': ['eslint', '.'],
  'types (tsc)': ['tsc', '-p', 'tsconfig.json'],
  'types of the web app (vue-tsc)': ['vue-tsc', '-p', 'dashboard/web/tsconfig.json', '--noEmit'],
  'format (prettier)': ['prettier', '--check', '--log-level', 'warn', '.'],
  'arrows (dependency-cruiser)': [
    'depcruise',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err',
    '.',
  ],
  'unused code (knip)': ['knip'],
};

const queue = Object.entries(checks);
let failed = 0;

async function worker(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [name, [command = '', ...parameters]] = next;
    const startedAt = performance.now();
    const { code, output } = await runCommand(command, parameters);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
    if (code !== 0) {
      failed += 1;
      console.log(output);
    }
  }
}

async function runCommand(
  command: string,
  parameters: string[],
): Promise<{ code: number | null; output: string }> {
  const child = spawn(`node_modules/.bin/${command}`, parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

await Promise.all([worker(), worker()]);
process.exitCode = failed === 0 ? 0 : 1;
