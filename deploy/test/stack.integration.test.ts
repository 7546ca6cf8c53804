import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { skipWithoutStack } from '../src/index.ts';
import { isAlive, signal } from '../src/processes.ts';
import { readState, type StackState } from '../src/stack-state.ts';
import { waitUntil } from '../src/wait-until.ts';
import { TemporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

describe('npm run stack', { skip: await skipWithoutStack() }, () => {
  it('leaves both servers running, starts only what is missing, and stops them', async () => {
    using folder = new TemporaryFolder();
    const report = join(folder.path, 'report.json');
    const stack = (action: string) =>
      run(process.execPath, [main, action, '--data', folder.path, '--json', report]);
    const state = async () => JSON.parse(await readFile(report, 'utf8')) as StackState;
    try {
      await stack('start');
      const first = await state();
      assert.ok(await isAlive(first.kafka!.pid));
      assert.ok(await isAlive(first.cassandra!.pid));

      signal(first.kafka!.pid, 'SIGKILL');
      assert.ok(await waitUntil(async () => !(await isAlive(first.kafka!.pid)), 5_000));
      await assert.rejects(stack('status'), { stdout: /Kafka does not run/ });
      // Either may be the one that finds the other at work.
      const starts = await Promise.allSettled([stack('start'), stack('start')]);
      const refused = starts.filter(({ status }) => status === 'rejected');
      assert.ok(refused.length <= 1);
      for (const start of refused as PromiseRejectedResult[]) onlyBusy(start.reason);
      await stack('status');
      const second = await state();
      assert.equal(second.cassandra!.pid, first.cassandra!.pid);
      assert.equal(second.kafka!.address, first.kafka!.address);
      assert.notEqual(second.kafka!.pid, first.kafka!.pid);
    } finally {
      const running = await state();
      await stack('stop');
      for (const server of [running.kafka, running.cassandra]) {
        assert.equal(server !== undefined && (await isAlive(server.pid)), false);
      }
    }
  });

  it('finds what a start that was killed has left behind', async () => {
    using folder = new TemporaryFolder();
    const stack = (action: string) => run(process.execPath, [main, action, '--data', folder.path]);
    const noted = async () => readState(folder.path);
    const starter = spawn(process.execPath, [main, 'start', '--data', folder.path]);
    try {
      const bothSpawned = async () => Object.keys(await noted()).length === 2;
      assert.ok(await waitUntil(bothSpawned, 60_000));
      const spawned = await noted();
      starter.kill('SIGKILL');
      await once(starter, 'exit');
      const { stdout } = await stack('start');
      for (const server of [spawned.kafka!, spawned.cassandra!]) {
        assert.ok(stdout.includes(`serves at ${server.address} (process ${server.pid})`), stdout);
      }
    } finally {
      starter.kill('SIGKILL');
      const left = await noted();
      await stack('stop');
      for (const server of [left.kafka, left.cassandra]) {
        assert.equal(server !== undefined && (await isAlive(server.pid)), false);
      }
    }
  });
});

function onlyBusy(error: unknown): void {
  assert.match((error as { stderr: string }).stderr, /Another start or stop is at work/);
}
