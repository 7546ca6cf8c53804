import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Producer, ProducerBatch, RecordMetadata } from '../../src/kafka/client.ts';
import { ProducerKeeper } from '../../src/kafka/producer-keeper.ts';
import { eventually } from '../eventually.ts';

const topic = 'face-emotions';
const messages = [
  { key: 'a', value: null, partition: 0 },
  { key: 'b', value: null, partition: 1 },
];

/** Producers of kafkajs, as far as the keeper uses them. */
class FakeProducers {
  readonly made: FakeProducer[] = [];
  reachable = true;

  make(): Producer {
    const producer = new FakeProducer(this);
    this.made.push(producer);
    return producer as unknown as Producer;
  }
}

class FakeProducer {
  readonly sends: ProducerBatch[] = [];
  answer: () => Promise<RecordMetadata[]> = async () => [ack(0), ack(1)];
  disconnected = false;
  readonly #owner: FakeProducers;

  constructor(owner: FakeProducers) {
    this.#owner = owner;
  }

  async connect(): Promise<void> {
    if (!this.#owner.reachable) throw new Error('nobody answers');
  }

  async disconnect(): Promise<void> {
    this.disconnected = true;
  }

  async sendBatch(batch: ProducerBatch): Promise<RecordMetadata[]> {
    this.sends.push(batch);
    return this.answer();
  }
}

function ack(partition: number): RecordMetadata {
  return { topicName: topic, partition, errorCode: 0 };
}

async function startKeeper(producers: FakeProducers) {
  const keeper = new ProducerKeeper({
    makeProducer: () => producers.make(),
    probe: async () => undefined,
    sendTimeoutMs: 100,
    recoveryIntervalMs: 10,
  });
  await keeper.start();
  return Object.assign(keeper, { [Symbol.asyncDispose]: () => keeper.stop() });
}

const failures: Record<string, FakeProducer['answer']> = {
  'the broker refuses it': async () => {
    throw new Error('OUT_OF_ORDER_SEQUENCE_NUMBER');
  },
  'the broker does not answer': () => new Promise(() => undefined),
  'a partition is missing among the acks': async () => [ack(0)],
};

for (const [name, answer] of Object.entries(failures)) {
  it(`never uses a producer again whose send failed because ${name}`, async () => {
    const producers = new FakeProducers();
    await using keeper = await startKeeper(producers);
    const [first] = producers.made;
    first!.answer = answer;
    producers.reachable = false;
    await assert.rejects(keeper.send([{ topic, messages }]), { name: 'EventLogError' });
    assert.equal(keeper.health().state, 'down');
    await assert.rejects(keeper.send([{ topic, messages }]), { code: 'unavailable' });
    producers.reachable = true;
    await eventually(() => keeper.health().state === 'ok');
    await keeper.send([{ topic, messages }]);
    assert.equal(first!.sends.length, 1);
    assert.ok(first!.disconnected);
    assert.equal(producers.made.at(-1)!.sends.length, 1);
  });
}
