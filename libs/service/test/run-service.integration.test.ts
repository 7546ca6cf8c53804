import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('slow-process.ts', import.meta.url));

/** A service that is starting, with all that it says. */
async function startSlowly(context: TestContext) {
  const child = spawn(process.execPath, [script], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  context.after(() => child.kill('SIGKILL'));
  const said: unknown[] = [];
  child.on('message', (message) => said.push(message));
  const exited = once(child, 'exit');
  await once(child, 'message');
  return { child, said, exited };
}

test('a signal that comes while a service starts stops it in good order once it has', async (t) => {
  const { child, said, exited } = await startSlowly(t);
  child.kill('SIGTERM');
  child.send('go on');
  assert.deepEqual(await exited, [0, null]);
  assert.deepEqual(
    said.filter((line) => line !== 'started'),
    ['starting', 'second stopped', 'first stopped'],
  );
});

test('a signal stops a service that runs, the last part first', async (t) => {
  const { child, said, exited } = await startSlowly(t);
  child.send('go on');
  await once(child, 'message');
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
  assert.deepEqual(said, ['starting', 'started', 'second stopped', 'first stopped']);
});
