import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from './support/eventually.ts';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function run(environment: Record<string, string>) {
  const child = spawn(process.execPath, [program], { env: { ...process.env, ...environment } });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
  return { child, output };
}

it('starts, listens, and drains at SIGTERM with exit code 0', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const { child, output } = run({
    EMOTION_EVENT_LOG_FILE: join(folder, 'log.sqlite'),
    EMOTION_REGISTRY_FILE: join(folder, 'registry.sqlite'),
    EMOTION_MQTT_PORT: '0',
    EMOTION_OPERATOR_PORT: '0',
  });
  const exited = once(child, 'exit');
  await eventually(() => output.out.includes('gateway listens') || output.err !== '', 20_000);
  assert.equal(output.err, '');
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
  rmSync(folder, { recursive: true });
});

it('says in one sentence what is not configured', async () => {
  const { child, output } = run({});
  assert.deepEqual(await once(child, 'exit'), [1, null]);
  assert.match(output.err, /^[^\n]*EMOTION_EVENT_LOG_FILE is not set[^\n]*\.\n$/);
});
