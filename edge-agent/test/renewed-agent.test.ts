import assert from 'node:assert/strict';
import test from 'node:test';
import type { DesiredConfig } from '@emotion-fleet/contracts';
import { silentLogger } from '@emotion-fleet/service';
import { RenewedAgent } from '../src/renewed-agent.ts';
import { until } from './until.ts';

function wishOf(version: number): DesiredConfig {
  return { schema: 1, version, setAt: 1_800_000_000_000, settings: {} };
}

function stage({ retryMs = 0 } = {}) {
  const calls: string[] = [];
  const wrong: (() => void)[] = [];
  /** Versions that no run can begin with. */
  const bad = new Set<number>();
  /** Attempts that fail whatever they are for. */
  const busy = { attempts: 0 };
  const agent = new RenewedAgent({
    logger: silentLogger(),
    newRetries: () => ({ next: () => ({ value: retryMs }) }),
    compose: async ({ desired, onClockWrong }) => {
      wrong.push(onClockWrong);
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
  return { agent, calls, wrong, bad, busy };
}

test('ends a run whose clock is wrong before the next begins, and stops the last one', async () => {
  const { agent, calls, wrong } = stage();
  await agent.begin(undefined);
  wrong[0]!();
  await agent.stop();
  assert.deepEqual(calls, ['start 0', 'stop 0'], 'what is stopping begins nothing');
  const other = stage();
  await other.agent.begin(undefined);
  other.wrong[0]!();
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
  const { agent, calls, wrong } = stage();
  await agent.begin(undefined);
  await agent.change(wishOf(3));
  wrong.at(-1)!();
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
  const { agent, calls, wrong, busy } = stage();
  await agent.begin(undefined);
  busy.attempts = 2;
  wrong[0]!();
  await until(() => calls.length === 5);
  await agent.stop();
  const again = ['start 0', 'start 0', 'start 0'];
  assert.deepEqual(calls, ['start 0', 'stop 0', ...again, 'stop 0']);
  const waiting = stage({ retryMs: 3_600_000 });
  await waiting.agent.begin(undefined);
  waiting.busy.attempts = 9;
  waiting.wrong[0]!();
  await until(() => waiting.calls.length === 3);
  await waiting.agent.stop();
  assert.deepEqual(waiting.calls, ['start 0', 'stop 0', 'start 0']);
});
