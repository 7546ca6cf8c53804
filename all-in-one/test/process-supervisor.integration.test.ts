import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { silentLogger } from '@emotion-fleet/service';
import { ProcessSupervisor } from '../src/process-supervisor.ts';

const logDirectory = mkdtempSync(join(tmpdir(), 'emotion-fleet-supervisor-'));
after(() => rmSync(logDirectory, { recursive: true, force: true }));
const entryFile = fileURLToPath(new URL('fixtures/agent.ts', import.meta.url));

function supervise(deviceIds: string[], stopTimeoutMs = 5_000): ProcessSupervisor {
  return new ProcessSupervisor({
    processes: deviceIds.map((deviceId) => ({
      name: deviceId,
      entryFile,
      nodeFlags: ['--max-semi-space-size=2'],
      environment: { PATH: process.env['PATH'] ?? '', EMOTION_DEVICE_ID: deviceId },
    })),
    logDirectory,
    logger: silentLogger(),
    restartDelayMs: () => 20,
    stopTimeoutMs,
  });
}

function hellos(deviceId: string): number {
  const log = join(logDirectory, `${deviceId}.log`);
  return existsSync(log) ? readFileSync(log, 'utf8').split('hello').length - 1 : 0;
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 15_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the condition did not come');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('starts an agent again that has died, and the others run on', async (t) => {
  const supervisor = supervise(['dies', 'lives']);
  t.after(() => supervisor.stop());
  await supervisor.start();
  await until(() => hellos('dies') >= 3 && hellos('lives') === 1);
  const log = readFileSync(join(logDirectory, 'lives.log'), 'utf8');
  assert.match(log, /hello of lives, with --max-semi-space-size=2\n/);
  const { size } = supervisor.pids();
  assert.ok(size >= 1);
  await supervisor.stop();
  assert.equal(supervisor.pids().size, 0);
});

test('kills an agent that does not drain in time', async (t) => {
  const supervisor = supervise(['stubborn'], 200);
  t.after(() => supervisor.stop());
  await supervisor.start();
  await until(() => hellos('stubborn') === 1);
  const pid = supervisor.pids().get('stubborn') ?? 0;
  assert.ok(isAlive(pid));
  await supervisor.stop();
  assert.equal(isAlive(pid), false);
});
