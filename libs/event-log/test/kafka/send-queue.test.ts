import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logTopics } from '@emotion-fleet/contracts';
import { partitionOf, type EventLogError, type LogEntry } from '../../src/index.ts';
import type { TopicMessages } from '../../src/kafka/producer-keeper.ts';
import { SendQueue } from '../../src/kafka/send-queue.ts';
import { eventually } from '../eventually.ts';

const topic = logTopics.faceEmotions;

function makeQueue(send: (topicMessages: readonly TopicMessages[]) => Promise<void>) {
  const limits = { maxInFlightBytes: 10_000, maxSendEntries: 5, maxSendBytes: 2_000 };
  return new SendQueue({ ...limits, send });
}

function entry(key: string, bytes = 10): LogEntry {
  return { key, value: new Uint8Array(bytes) };
}

const keysOf = (send: readonly TopicMessages[]) =>
  send.flatMap(({ messages }) => messages.map(({ key }) => String(key)));

describe('the queue before Kafka', () => {
  it('sends a lone append at once, and what gathers meanwhile together, in order', async () => {
    const sends: (readonly TopicMessages[])[] = [];
    const gate = Promise.withResolvers<undefined>();
    const queue = makeQueue(async (send) => {
      sends.push(send);
      if (sends.length === 1) await gate.promise;
    });
    const first = queue.submit(topic, [entry('a')]);
    await eventually(() => sends.length === 1);
    const rest = ['b', 'c', 'd'].map((key) => queue.submit(topic, [entry(key)]));
    rest.push(queue.submit(logTopics.deviceHealth, [entry('e')]));
    gate.resolve(undefined);
    await Promise.all([first, ...rest]);
    assert.deepEqual(sends.map(keysOf), [['a'], ['b', 'c', 'd', 'e']]);
    assert.equal(queue.bytes, 0);
  });

  it('names the partition that every adapter gives to a key', async () => {
    let sent: readonly TopicMessages[] = [];
    await makeQueue(async (send) => void (sent = send)).submit(topic, [entry('some device')]);
    assert.equal(sent[0]!.messages[0]!.partition, partitionOf('some device', topic.partitions));
  });

  it('keeps within the entries and bytes of a send, and splits an append that is larger', async () => {
    const sends: number[] = [];
    const queue = makeQueue(async (send) => void sends.push(keysOf(send).length));
    const large = Array.from({ length: 12 }, () => entry('a'));
    await Promise.all([
      queue.submit(topic, large),
      queue.submit(topic, [entry('b', 1_500)]),
      queue.submit(topic, [entry('c', 1_500)]),
    ]);
    assert.deepEqual(sends, [5, 5, 2, 1, 1]);
  });

  it('refuses what is too much, and fails at once what waits behind a failed send', async () => {
    let broken = true;
    const queue = makeQueue(async () => {
      if (broken) throw new Error('no broker');
    });
    const first = queue.submit(topic, [entry('a', 6_000)]);
    const second = queue.submit(topic, [entry('b', 1_000)]);
    const third = queue.submit(topic, [entry('c', 6_000)]);
    const [a, b, c] = await Promise.allSettled([first, second, third]);
    assert.match(String(a.status === 'rejected' && a.reason), /no broker/);
    assert.equal(codeOf(b), 'unavailable');
    assert.equal(codeOf(c), 'unavailable');
    assert.equal(queue.bytes, 0);
    broken = false;
    await queue.submit(topic, [entry('d')]);
    await queue.idle();
  });
});

function codeOf(result: PromiseSettledResult<void>): unknown {
  return result.status === 'rejected' ? (result.reason as EventLogError).code : undefined;
}
