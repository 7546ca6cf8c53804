import assert from 'node:assert/strict';
import { it } from 'node:test';
import { logTopics } from '@emotion-fleet/contracts';
import { EventLogError, LatestValues, type LogPass } from '../src/index.ts';
import { MemoryEventLog } from '../src/testing.ts';
import { eventually } from './eventually.ts';

const topic = logTopics.deviceConfig;
const encode = (value: string) => new TextEncoder().encode(value);

function latestOf(eventLog: MemoryEventLog) {
  const changes: string[] = [];
  const latest = new LatestValues({
    eventLog,
    topic,
    groupId: 'test',
    decode: (value) => new TextDecoder().decode(value),
    onChange: (key, value) => changes.push(`${key}=${value ?? 'removed'}`),
  });
  return { latest, changes };
}

/** Does something between the start of the follower and the reading, and after the reading. */
class InterruptedLog extends MemoryEventLog {
  beforeReading: () => Promise<void> = async () => undefined;
  afterReading: () => Promise<void> = async () => undefined;

  override async readThrough(pass: LogPass): Promise<void> {
    await this.beforeReading();
    await super.readThrough(pass);
    await this.afterReading();
  }
}

it('loses nothing between following and reading, and brings nothing removed back', async () => {
  const log = new InterruptedLog();
  await log.start();
  const put = (key: string, value: string | null) =>
    log.append(topic, [{ key, value: value === null ? null : encode(value) }]);
  await put('a', 'old');
  await put('b', 'old');
  await put('c', 'old');
  const { latest, changes } = latestOf(log);
  log.beforeReading = () => put('a', 'between');
  log.afterReading = async () => {
    await put('a', 'newest');
    await put('b', null);
    await eventually(() => latest.get('b') === undefined && latest.get('a') === 'newest');
  };
  await latest.start();
  assert.deepEqual(['a', 'b', 'c'].map(latest.get.bind(latest)), ['newest', undefined, 'old']);
  assert.deepEqual(changes, []);
  await put('b', 'again');
  await eventually(() => changes.length === 1);
  assert.deepEqual(changes, ['b=again']);
  await latest.stop();
});

it('keeps what came newer while an older state was being read', async () => {
  const log = new InterruptedLog();
  await log.start();
  await log.append(topic, [{ key: 'a', value: encode('old') }]);
  const { latest } = latestOf(log);
  const old = log.entries(topic);
  log.readThrough = async ({ onBatch }) => {
    await log.append(topic, [{ key: 'a', value: null }]);
    await log.append(topic, [{ key: 'b', value: encode('new') }]);
    await eventually(() => latest.get('b') === 'new');
    await onBatch({ topic, partition: 0, entries: old });
  };
  await latest.start();
  assert.equal(latest.get('a'), undefined);
  await latest.stop();
});

it('does not start where the log cannot be read, and leaves no follower behind', async () => {
  const log = new InterruptedLog();
  await log.start();
  log.beforeReading = () => Promise.reject(new EventLogError('unavailable', 'no disk'));
  const { latest, changes } = latestOf(log);
  await assert.rejects(latest.start(), { code: 'unavailable' });
  await log.append(topic, [{ key: 'a', value: encode('1') }]);
  assert.equal(latest.get('a'), undefined);
  assert.deepEqual(changes, []);
});
