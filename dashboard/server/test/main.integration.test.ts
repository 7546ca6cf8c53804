import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { waitUntil } from './support/wait-until.ts';

const mainPath = join(import.meta.dirname, '../src/main.ts');

async function run(context: TestContext, variables: Readonly<Record<string, string>>) {
  const directory = await mkdtemp(join(tmpdir(), 'dashboard-main-'));
  const child = spawn(process.execPath, [mainPath], {
    env: { PATH: process.env['PATH'], EMOTION_DATA_DIRECTORY: directory, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { text: '', exitCode: undefined as number | null | undefined };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
  }
  child.on('close', (code) => (output.exitCode = code));
  context.after(async () => {
    child.kill('SIGKILL');
    await waitUntil(() => output.exitCode !== undefined);
    await rm(directory, { recursive: true });
  });
  return { child, output };
}

test('serves a data folder until a signal, and leaves with 0', async (context) => {
  const { child, output } = await run(context, { EMOTION_DASHBOARD_PORT: '0' });
  const address = /http:\/\/127\.0\.0\.1:\d+/;
  await waitUntil(() => address.test(output.text), 20_000);
  const response = await fetch(`${address.exec(output.text)![0]}/api/v1/sites`);
  assert.deepEqual(await response.json(), { items: [], next: null, total: 0, all: 0 });
  child.kill('SIGTERM');
  await waitUntil(() => output.exitCode !== undefined, 20_000);
  assert.equal(output.exitCode, 0, output.text);
});

test('says in one sentence what is wrong with its configuration', async (context) => {
  const { output } = await run(context, { EMOTION_MINIMUM_GROUP_SIZE: '2' });
  await waitUntil(() => output.exitCode !== undefined, 20_000);
  assert.equal(output.exitCode, 1);
  assert.equal(
    output.text,
    'The minimum group size must be a whole number of at least 10 visits, not 2.\n',
  );
});
