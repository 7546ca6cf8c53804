import assert from 'node:assert/strict';
import { it } from 'node:test';
import { logTopics } from '@emotion-fleet/contracts';
import { EventLogError } from '../src/index.ts';
import { MemoryEventLog } from '../src/testing.ts';
import { testEventLog } from './event-log-contract.ts';

testEventLog('MemoryEventLog', async () => {
  const log = new MemoryEventLog();
  return {
    open: async () => {
      await log.start();
      return log;
    },
    dispose: async () => undefined,
  };
});

it('fails on demand and says so in its health', async () => {
  const log = new MemoryEventLog();
  await log.start();
  log.failWith(new EventLogError('unavailable', 'no disk'));
  await assert.rejects(log.append(logTopics.deviceHealth, [{ key: 'a', value: null }]), /no disk/);
  assert.equal(log.health().state, 'down');
});

it('holds appends up until they are released', async () => {
  const log = new MemoryEventLog();
  await log.start();
  log.hold();
  const appended = log.append(logTopics.deviceHealth, [{ key: 'a', value: null }]);
  assert.equal(log.entries(logTopics.deviceHealth).length, 0);
  log.release();
  await appended;
  assert.equal(log.entries(logTopics.deviceHealth).length, 1);
});
