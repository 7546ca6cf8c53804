import assert from 'node:assert/strict';
import { it } from 'node:test';
import { logTopics } from '@emotion-fleet/contracts';
import { EventLogError, type OffsetHole } from '../src/index.ts';
import { MemoryEventLog } from '../src/testing.ts';
import { eventually } from './eventually.ts';
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

it('tells of a group that stands beyond the end, and reads from the start', async () => {
  const topic = logTopics.deviceHealth;
  const log = new MemoryEventLog();
  await log.start();
  await log.commit({ groupId: 'group', topic, partition: 0, next: 5 });
  const holes: OffsetHole[] = [];
  let seen = 0;
  const consumer = log.createConsumer({
    groupId: 'group',
    topics: [topic],
    from: 'start',
    onHole: (hole) => holes.push(hole),
    onBatch: async ({ entries }) => void (seen += entries.length),
  });
  await consumer.start();
  const keys = Array.from({ length: 100 }, (_, n) => `${n}`);
  await log.append(
    topic,
    keys.map((key) => ({ key, value: null })),
  );
  await eventually(() => seen === keys.length);
  await consumer.stop();
  assert.deepEqual(holes, [{ topic: topic.name, partition: 0, expected: 5, found: 0 }]);
});
