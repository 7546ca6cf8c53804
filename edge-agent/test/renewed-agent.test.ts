import assert from 'node:assert/strict';
import test from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { RenewedAgent } from '../src/renewed-agent.ts';

function stage({ fails = false } = {}) {
  const calls: string[] = [];
  const wrong: (() => void)[] = [];
  const agent = new RenewedAgent({
    logger: silentLogger(),
    compose: async (onClockWrong) => {
      const run = wrong.push(onClockWrong);
      if (fails) throw new Error('no camera');
      return {
        start: async () => void calls.push(`start ${run}`),
        stop: async () => void calls.push(`stop ${run}`),
      };
    },
  });
  return { agent, calls, wrong };
}

test('ends a run whose clock is wrong before the next begins, and stops the last one', async () => {
  const { agent, calls, wrong } = stage();
  await agent.start();
  wrong[0]!();
  await agent.stop();
  assert.deepEqual(calls, ['start 1', 'stop 1'], 'what is stopping begins nothing');
  const other = stage();
  await other.agent.start();
  other.wrong[0]!();
  await new Promise(setImmediate);
  await other.agent.stop();
  assert.deepEqual(other.calls, ['start 1', 'stop 1', 'start 2', 'stop 2']);
});

test('says why it cannot start', async () => {
  await assert.rejects(stage({ fails: true }).agent.start(), /no camera/);
});
