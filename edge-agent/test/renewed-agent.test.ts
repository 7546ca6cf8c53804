import assert from 'node:assert/strict';
import test from 'node:test';
import type { DesiredConfig } from '@emotion-fleet/contracts';
import { silentLogger } from '@emotion-fleet/service';
import { RenewedAgent, type RunFault } from '../src/renewed-agent.ts';
import { until } from './until.ts';

function wishOf(version: number): DesiredConfig {
  return { schema: 1, version, setAt: 1_800_000_000_000, settings: {} };
}

function stage({ retryMs = 0 } = {}) {
  const clock = { nowMs: 0 };
  const calls: string[] = [];
  const faults: ((fault: RunFault) => void)[] = [];
  /** Versions that no run can begin with. */
  const bad = new Set<number>();
  /** Attempts that fail whatever they are for. */
  const busy = { attempts: 0 };
  const agent = new RenewedAgent({
    logger: silentLogger(),
    nowMs: () => clock.nowMs,
    newRetries: () => ({ next: () => ({ value: retryMs }) }),
    compose: async ({ desired, onFault }) => {
      faults.push(onFault);
      const name = `${desired?.version ?? 0}`;
      return {
        start: async () => {
          calls.push(`start ${name}`);
          if (bad.has(desired?.version ?? 0)) throw new Error('no camera');
          busy.attempts -= 1;
          if (busy.attempts >= 0) throw new Error('busy');
        },
        stop: async () => void calls.push(`stop ${name}`),
      };
    },
  });
  return { agent, calls, faults, bad, busy, clock };
}

test('ends a run whose clock is wrong before the next begins, and stops the last one', async () => {
  const { agent, calls, faults } = stage();
  await agent.begin(undefined);
  faults[0]!('clock_wrong');
  await agent.stop();
  assert.deepEqual(calls, ['start 0', 'stop 0'], 'what is stopping begins nothing');
  const other = stage();
  await other.agent.begin(undefined);
  other.faults[0]!('clock_wrong');
  await new Promise(setImmediate);
  await other.agent.stop();
  assert.deepEqual(other.calls, ['start 0', 'stop 0', 'start 0', 'stop 0']);
});

test('says why it cannot begin', async () => {
  const { agent, bad } = stage();
  bad.add(0);
  await assert.rejects(agent.begin(undefined), /no camera/);
});

test('changes to another configuration, which a wrong clock keeps', async () => {
  const { agent, calls, faults } = stage();
  await agent.begin(undefined);
  await agent.change(wishOf(3));
  faults.at(-1)!('clock_wrong');
  await until(() => calls.length === 5);
  await agent.stop();
  const expected = ['start 0', 'stop 0', 'start 3', 'stop 3', 'start 3', 'stop 3'];
  assert.deepEqual(calls, expected);
});

test('begins again with the configuration before, however often that takes, where the new one does not start', async () => {
  const { agent, calls, bad, busy } = stage();
  await agent.begin(wishOf(1));
  bad.add(2);
  busy.attempts = 2;
  await assert.rejects(agent.change(wishOf(2)), /no camera/);
  await agent.stop();
  const again = ['start 1', 'start 1', 'start 1'];
  assert.deepEqual(calls, ['start 1', 'stop 1', 'start 2', ...again, 'stop 1']);
});

test('tries a renewal that fails again, and gives up at once when it is stopped', async () => {
  const { agent, calls, faults, busy } = stage();
  await agent.begin(undefined);
  busy.attempts = 2;
  faults[0]!('clock_wrong');
  await until(() => calls.length === 5);
  await agent.stop();
  const again = ['start 0', 'start 0', 'start 0'];
  assert.deepEqual(calls, ['start 0', 'stop 0', ...again, 'stop 0']);
  const waiting = stage({ retryMs: 3_600_000 });
  await waiting.agent.begin(undefined);
  waiting.busy.attempts = 9;
  waiting.faults[0]!('clock_wrong');
  await until(() => waiting.calls.length === 3);
  await waiting.agent.stop();
  assert.deepEqual(waiting.calls, ['start 0', 'stop 0', 'start 0']);
});

test('begins again at once where the networks hang, and later where they hang again before long', async () => {
  const { agent, calls, faults, clock } = stage({ retryMs: 3_600_000 });
  await agent.begin(undefined);
  for (const runs of [2, 3]) {
    faults.at(-1)!('networks_hang');
    await until(() => faults.length === runs);
    clock.nowMs += 11 * 60_000;
  }
  clock.nowMs -= 2 * 60_000;
  faults.at(-1)!('networks_hang');
  await until(() => calls.length === 6);
  await new Promise(setImmediate);
  assert.equal(faults.length, 3, 'it waits');
  await agent.stop();
  const run = ['start 0', 'stop 0'];
  assert.deepEqual(calls, [...run, ...run, ...run]);
});

test('renews no run that never began, nor one that has given way to another', async () => {
  const { agent, calls, faults, bad } = stage();
  await agent.begin(wishOf(1));
  bad.add(2);
  await assert.rejects(agent.change(wishOf(2)), /no camera/);
  for (const onFault of faults.slice(0, 2)) onFault('networks_hang');
  await agent.stop();
  assert.deepEqual(calls, ['start 1', 'stop 1', 'start 2', 'start 1', 'stop 1']);
});
