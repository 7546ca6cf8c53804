import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('exiting-process.ts', import.meta.url));

test('a process exits although nobody reads its log any more', { timeout: 20_000 }, async (t) => {
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'message');
  child.stdout!.destroy();
  await once(child.stdout!, 'close');
  const exited = once(child, 'exit');
  child.send('exit');
  assert.deepEqual(await exited, [0, null]);
});
