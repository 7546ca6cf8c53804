import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { logTopics } from '@emotion-fleet/contracts';
import type { Kafka } from '../../src/kafka/client.ts';
import { ConsumerSession } from '../../src/kafka/consumer-session.ts';

const topic = logTopics.faceEmotions;
const timings = {
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 30_000,
  heartbeatIntervalMs: 1_000,
  fetchWaitMs: 100,
  stallAfterMs: 30_000,
};
const events = { GROUP_JOIN: 'join', FETCH: 'fetch', CRASH: 'crash', STOP: 'stop' } as const;
type EventName = (typeof events)[keyof typeof events];
type Listener = (event: { readonly payload: unknown }) => void;

/** Like kafkajs 2.2.4: one that has crashed stops, hangs up, then says why; from the stop on it throws when touched. */
class FakeConsumer {
  readonly events = events;
  readonly calls: string[] = [];
  readonly #listeners = new Map<string, Listener>();
  #isRunning = false;

  on(name: EventName, listener: Listener): void {
    this.#listeners.set(name, listener);
  }

  tell(name: EventName, payload?: unknown): void {
    if (name === events.STOP) this.#isRunning = false;
    this.#listeners.get(name)?.({ payload });
  }

  async connect(): Promise<void> {}
  async subscribe(): Promise<void> {}
  async run(): Promise<void> {
    this.#isRunning = true;
  }
  async disconnect(): Promise<void> {
    if (this.#isRunning) this.tell(events.STOP);
  }
  seek(): void {
    this.#touch('seek');
  }
  pause(): void {
    this.#touch('pause');
  }
  resume(): void {
    this.#touch('resume');
  }

  #touch(call: string): void {
    if (!this.#isRunning) throw new Error('Consumer group was not initialized');
    this.calls.push(call);
  }
}

async function startedSession(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  const consumer = new FakeConsumer();
  const ends: string[] = [];
  const session = new ConsumerSession({
    kafka: { consumer: () => consumer } as unknown as Kafka,
    groupId: 'group',
    topics: [topic],
    partitionsAtOnce: 1,
    timings,
    onJoin: () => undefined,
    onBatch: async () => undefined,
    onEnd: ({ message }) => ends.push(message),
  });
  await session.start();
  return { consumer, session, ends, tick: (ms: number) => t.mock.timers.tick(ms) };
}

it('ends once, with the reason, when kafkajs gives up', async (t) => {
  const { consumer, session, ends } = await startedSession(t);
  consumer.tell(events.STOP);
  for (const message of ['no such group', 'again']) {
    consumer.tell(events.CRASH, { error: new Error(message), restart: false });
  }
  assert.deepEqual(ends, ['the consumer of group group crashed: no such group']);
  assert.equal(session.over, true);
});

it('leaves a consumer alone that has stopped but has not yet said why', async (t) => {
  const { consumer, session, tick } = await startedSession(t);
  session.rest(topic.name, 0, 200);
  consumer.tell(events.STOP);
  tick(200);
  session.rest(topic.name, 1, 200);
  session.hold([[topic.name, 0]]);
  session.release([[topic.name, 0]]);
  session.seek(topic.name, 0, 1);
  assert.deepEqual(consumer.calls, ['pause']);
  await session.stop();
});

it('goes on with a partition that has rested', async (t) => {
  const { consumer, session, tick } = await startedSession(t);
  session.rest(topic.name, 0, 200);
  tick(199);
  assert.deepEqual(consumer.calls, ['pause']);
  tick(1);
  assert.deepEqual(consumer.calls, ['pause', 'resume']);
  await session.stop();
});
