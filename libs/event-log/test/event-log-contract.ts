import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { logTopics, type LogTopic } from '@emotion-fleet/contracts';
import {
  EventLogError,
  LatestValues,
  partitionOf,
  type ConsumerOptions,
  type EventLog,
  type LogEntry,
  type PartitionBatch,
  type StoredLogEntry,
} from '../src/index.ts';
import { eventually } from './eventually.ts';

export interface EventLogSubject {
  /** Opens the log, started; a second call, after the first log has stopped, sees the same data. */
  open(): Promise<EventLog>;
  dispose(): Promise<void>;
}

const topic = logTopics.faceEmotions;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * What every `EventLog` keeps. The log may hold entries of earlier tests: each test has keys and groups of
 * its own and looks at nothing else.
 */
export function testEventLog(name: string, makeSubject: () => Promise<EventLogSubject>): void {
  describe(`${name} as an event log`, () => {
    let subject: EventLogSubject;
    let log: EventLog;
    before(async () => {
      subject = await makeSubject();
      log = await subject.open();
    });
    after(async () => {
      await log.stop();
      await subject.dispose();
    });

    it('is healthy once started', () => assert.equal(log.health().state, 'ok'));

    it('delivers the entries of a key in order, with growing offsets, in the partition of the key', async () => {
      const key = randomUUID();
      await Promise.all(numbers(100).map((n) => log.append(topic, [entry(key, `${n}`)])));
      await using reader = await Reader.start(log, { keys: [key] });
      await reader.has(100);
      assert.deepEqual(reader.values(), numbers(100).map(String));
      assert.deepEqual(reader.partitions(), [partitionOf(key, topic.partitions)]);
      const offsets = reader.entries.map(({ offset }) => offset);
      assert.ok(offsets.every((offset, index) => index === 0 || offset > offsets[index - 1]!));
    });

    it('is read through once, in order, up to where it ended, and again from the start', async () => {
      const key = randomUUID();
      await log.append(
        topic,
        numbers(25).map((n) => entry(key, `${n}`)),
      );
      const pass = async (atFirstBatch: () => Promise<void>) => {
        const values: string[] = [];
        const progress: [number, number][] = [];
        let batches = 0;
        await log.readThrough({
          topic,
          maxBatchEntries: 10,
          onBatch: async ({ entries }) => {
            assert.ok(entries.length <= 10);
            if (batches++ === 0) await atFirstBatch();
            for (const one of entries) if (one.key === key) values.push(decoder.decode(one.value));
          },
          onProgress: (passed, total) => progress.push([passed, total]),
        });
        const last = progress.at(-1)!;
        assert.equal(last[0], last[1]);
        return values;
      };
      const expected = numbers(25).map(String);
      assert.deepEqual(await pass(() => log.append(topic, [entry(key, 'later')])), expected);
      assert.deepEqual(await pass(async () => {}), [...expected, 'later']);
    });

    it('ends a pass with what its reader rejects with', async () => {
      const key = randomUUID();
      await log.append(topic, [entry(key, '1')]);
      const onBatch = () => Promise.reject(new Error('no more'));
      await assert.rejects(log.readThrough({ topic, onBatch }), /no more/);
    });

    it('keeps bytes, headers and the order of a batch with several keys', async () => {
      const keys = [randomUUID(), randomUUID(), randomUUID()];
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      const headers = { reason: 'bad_shape', origin: 'größer' };
      await log.append(topic, [
        ...numbers(30).map((n) => entry(keys[n % 3]!, `${n}`)),
        { key: keys[0]!, value: bytes, headers },
      ]);
      await using reader = await Reader.start(log, { keys });
      await reader.has(31);
      for (const [rest, key] of keys.entries()) {
        const values = reader.entries.filter((one) => one.key === key).map(textOf);
        const expected = numbers(30).filter((n) => n % 3 === rest);
        assert.deepEqual(values.slice(0, 10), expected.map(String));
      }
      const last = reader.entries.find((one) => one.headers !== undefined);
      assert.deepEqual(new Uint8Array(last!.value!), bytes);
      assert.deepEqual(last!.headers, headers);
    });

    it('delivers to a waiting consumer', async () => {
      const key = randomUUID();
      await using reader = await Reader.start(log, { keys: [key] });
      await log.append(topic, [entry(key, 'late')]);
      await reader.has(1);
    });

    it('goes on where the group has committed, and gives every group everything', async () => {
      const key = randomUUID();
      const groupId = randomUUID();
      await log.append(topic, [entry(key, 'first')]);
      const before = await Reader.start(log, { keys: [key], groupId });
      await before.has(1);
      await before.stop();
      await log.append(topic, [entry(key, 'second')]);
      await using later = await Reader.start(log, { keys: [key], groupId });
      await using other = await Reader.start(log, { keys: [key] });
      await later.has(1);
      await other.has(2);
      assert.deepEqual(later.values(), ['second']);
      assert.deepEqual(other.values(), ['first', 'second']);
    });

    it('delivers again what was rejected, tells why, and commits nothing meanwhile', async () => {
      const key = randomUUID();
      const groupId = randomUUID();
      await log.append(topic, [entry(key, 'one'), entry(key, 'two')]);
      const errors: unknown[] = [];
      let failuresLeft = 2;
      const seen: string[] = [];
      await using reader = await Reader.start(log, {
        keys: [key],
        groupId,
        onError: (error) => errors.push(error),
        onOwn: (entries) => {
          seen.push(...entries.map(textOf));
          if (failuresLeft-- > 0) throw new Error('not now');
        },
      });
      await reader.has(2);
      assert.deepEqual(reader.values(), ['one', 'two']);
      assert.equal(errors.length, 2);
      assert.deepEqual(seen.slice(0, 2), ['one', 'two']);
      assert.ok(seen.length > 2);
    });

    it('waits at stop for the batch in hand and commits it', async () => {
      const key = randomUUID();
      const groupId = randomUUID();
      await log.append(topic, [entry(key, 'in hand')]);
      const entered = Promise.withResolvers<undefined>();
      const gate = Promise.withResolvers<undefined>();
      const first = await Reader.start(log, {
        keys: [key],
        groupId,
        onOwn: async () => {
          entered.resolve(undefined);
          await gate.promise;
        },
      });
      await entered.promise;
      const stopped = first.stop();
      gate.resolve(undefined);
      await stopped;
      await log.append(topic, [entry(key, 'next')]);
      await using second = await Reader.start(log, { keys: [key], groupId });
      await second.has(1);
      assert.deepEqual(second.values(), ['next']);
    });

    it('commits a batch when it has been applied, not before, and gives it to the next member if it never was', async () => {
      const key = randomUUID();
      const groupId = randomUUID();
      const drained = await Reader.start(log, { keys: [key], groupId });
      await eventually(async () => (await drained.consumer.lag()) === 0);
      await drained.stop();
      await log.append(topic, [entry(key, 'one'), entry(key, 'two')]);
      const entered = Promise.withResolvers<undefined>();
      const gate = Promise.withResolvers<undefined>();
      const onOwn = () => {
        entered.resolve(undefined);
        return gate.promise;
      };
      const first = await Reader.start(log, { keys: [key], groupId, onOwn });
      await entered.promise;
      const onlooker = new Reader(log, { keys: [key], groupId });
      const inHand = await onlooker.consumer.lag();
      const stopped = first.stop();
      gate.reject(new Error('ended in the middle of it'));
      await stopped;
      assert.deepEqual([inHand, await onlooker.consumer.lag()], [2, 2]);
      await using next = await Reader.start(log, { keys: [key], groupId });
      await next.has(2);
      assert.deepEqual(next.values(), ['one', 'two']);
    });

    it('counts what a group has not committed', async () => {
      const key = randomUUID();
      const groupId = randomUUID();
      const gate = Promise.withResolvers<undefined>();
      await using reader = await Reader.start(log, {
        keys: [key],
        groupId,
        onOwn: () => gate.promise,
      });
      await log.append(
        topic,
        numbers(5).map((n) => entry(key, `${n}`)),
      );
      await eventually(async () => (await reader.consumer.lag()) >= 5);
      gate.resolve(undefined);
      await eventually(async () => (await reader.consumer.lag()) === 0);
    });

    it('lets a follower see only what comes after its start', async () => {
      const key = randomUUID();
      await log.append(topic, [entry(key, 'old')]);
      await using follower = await Reader.start(log, { keys: [key], from: 'end' });
      await log.append(topic, [entry(key, 'new')]);
      await follower.has(1);
      assert.deepEqual(follower.values(), ['new']);
    });

    it('gives each entry to one member of a group, and to the other when one has left', async () => {
      const key = randomUUID();
      const groupId = randomUUID();
      let assigned = 0;
      const onAssigned = () => {
        assigned += 1;
      };
      const members = [
        await Reader.start(log, { keys: [key], groupId, onAssigned }),
        await Reader.start(log, { keys: [key], groupId, onAssigned }),
      ];
      await log.append(topic, [entry(key, 'shared')]);
      const count = () => members.reduce((sum, member) => sum + member.entries.length, 0);
      await eventually(() => count() === 1);
      const [worker, other] =
        members[0]!.entries.length > 0 ? [members[0]!, members[1]!] : [members[1]!, members[0]!];
      await worker.stop();
      await log.append(topic, [entry(key, 'taken over')]);
      await other.has(1);
      assert.deepEqual(other.values(), ['taken over']);
      assert.ok(assigned >= 2);
      await other.stop();
    });

    it('gives at most the batch size and keeps the interval between batches', async () => {
      const key = randomUUID();
      await log.append(
        topic,
        numbers(7).map((n) => entry(key, `${n}`)),
      );
      const at: number[] = [];
      const sizes: number[] = [];
      await using reader = await Reader.start(log, {
        keys: [key],
        maxBatchEntries: 3,
        batchIntervalMs: () => 40,
        onBatch: ({ partition, entries }) => {
          if (partition !== partitionOf(key, topic.partitions)) return;
          at.push(performance.now());
          sizes.push(entries.length);
        },
      });
      await reader.has(7);
      assert.ok(sizes.every((size) => size >= 1 && size <= 3));
      assert.ok(at.every((time, index) => index === 0 || time - at[index - 1]! >= 30));
    });

    it('gives a consumer all the topics that it asks for', async () => {
      const key = randomUUID();
      await log.append(logTopics.deviceHealth, [entry(key, 'health')]);
      await using reader = await Reader.start(log, {
        keys: [key],
        topics: [topic, logTopics.deviceHealth],
      });
      await log.append(topic, [entry(key, 'record')]);
      await reader.has(2);
      assert.deepEqual(reader.values().sort(), ['health', 'record']);
    });

    it('reads the latest value of each key of a compacted topic', async () => {
      const [kept, removed] = [randomUUID(), randomUUID()];
      const compacted = logTopics.deviceStatus;
      await log.append(compacted, [entry(kept, 'a'), entry(removed, 'b')]);
      await log.append(compacted, [entry(kept, 'c'), { key: removed, value: null }]);
      const latest = await log.readCompacted(compacted);
      assert.equal(decoder.decode(latest.get(kept)), 'c');
      assert.equal(latest.has(removed), false);
      await using reader = await Reader.start(log, {
        topics: [compacted],
        keys: [kept, removed],
      });
      await eventually(() => reader.values().at(-1) === 'null' && reader.values().includes('c'));
    });

    it('tells the latest values of a compacted topic from its start on, and each change of them', async () => {
      const keys = [randomUUID(), randomUUID(), randomUUID()] as const;
      const [kept, removed, bad] = keys;
      const compacted = logTopics.deviceConfig;
      await log.append(compacted, [entry(kept, '1'), entry(removed, '1'), entry(bad, 'nonsense')]);
      const changes: (readonly [string, number | undefined])[] = [];
      const unknown: string[] = [];
      const latest = new LatestValues({
        eventLog: log,
        topic: compacted,
        groupId: randomUUID(),
        decode: (value) => Number(decoder.decode(value)) || undefined,
        onChange: (key, value) => changes.push([key, value]),
        onUnknown: (key) => unknown.push(key),
      });
      await latest.start();
      assert.deepEqual(keys.map(latest.get.bind(latest)), [1, 1, undefined]);
      assert.deepEqual([changes, unknown], [[], [bad]]);
      await log.append(compacted, [entry(kept, '2'), { key: removed, value: null }]);
      // A later entry of a key may take an earlier one away before the follower gets there.
      await eventually(() => changes.length === 2);
      await log.append(compacted, [entry(kept, 'nonsense'), entry(bad, '7')]);
      await eventually(() => changes.length === 3);
      assert.deepEqual(keys.map(latest.get.bind(latest)), [2, undefined, 7]);
      assert.deepEqual(changes, [
        [kept, 2],
        [removed, undefined],
        [bad, 7],
      ]);
      assert.deepEqual(unknown, [bad, kept]);
      await latest.stop();
      await log.append(compacted, [entry(kept, '3')]);
      await latest.start();
      assert.equal(latest.get(kept), 3);
      await latest.stop();
    });

    it('refuses appends once stopped, and has everything when it is opened again', async () => {
      const key = randomUUID();
      const groupId = randomUUID();
      await log.append(topic, [entry(key, 'done')]);
      const before = await Reader.start(log, { keys: [key], groupId });
      await before.has(1);
      await before.stop();
      await log.append(topic, [entry(key, 'kept')]);
      await log.stop();
      await assert.rejects(
        log.append(topic, [entry(key, 'refused')]),
        (error) => error instanceof EventLogError && error.code === 'stopped',
      );
      assert.equal(log.health().state, 'down');
      log = await subject.open();
      await using reader = await Reader.start(log, { keys: [key], groupId });
      await reader.has(1);
      assert.deepEqual(reader.values(), ['kept']);
    });
  });
}

interface ReaderOptions {
  readonly topics?: readonly LogTopic[];
  readonly keys: readonly string[];
  readonly groupId?: string;
  readonly from?: 'start' | 'end';
  readonly onOwn?: (entries: readonly StoredLogEntry[]) => Promise<void> | void;
  readonly onBatch?: (batch: PartitionBatch) => void;
  readonly onError?: (error: unknown) => void;
  readonly onAssigned?: () => void;
  readonly maxBatchEntries?: number;
  readonly batchIntervalMs?: () => number;
}

/** A consumer that keeps the entries of its keys. */
class Reader {
  readonly entries: (StoredLogEntry & { partition: number })[] = [];
  readonly consumer;

  static async start(log: EventLog, options: ReaderOptions): Promise<Reader> {
    const reader = new Reader(log, options);
    await reader.consumer.start();
    return reader;
  }

  constructor(log: EventLog, options: ReaderOptions) {
    const { keys, onOwn, groupId = randomUUID(), from = 'start', topics = [topic] } = options;
    const consumerOptions: ConsumerOptions = {
      groupId,
      from,
      topics,
      onBatch: async (batch) => {
        options.onBatch?.(batch);
        const own = batch.entries.filter((one) => keys.includes(one.key));
        if (own.length > 0) await onOwn?.(own);
        this.entries.push(...own.map((one) => ({ ...one, partition: batch.partition })));
      },
      ...pick(options, ['onError', 'onAssigned', 'maxBatchEntries', 'batchIntervalMs']),
    };
    this.consumer = log.createConsumer(consumerOptions);
  }

  values(): string[] {
    return this.entries.map(textOf);
  }

  partitions(): number[] {
    return [...new Set(this.entries.map(({ partition }) => partition))];
  }

  async has(count: number): Promise<void> {
    await eventually(() => this.entries.length >= count);
    assert.equal(this.entries.length, count);
  }

  async stop(): Promise<void> {
    await this.consumer.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  const entries = names
    .filter((name) => from[name] !== undefined)
    .map((name) => [name, from[name]]);
  return Object.fromEntries(entries) as Pick<T, K>;
}

function entry(key: string, value: string): LogEntry {
  return { key, value: encoder.encode(value) };
}

function textOf({ value }: StoredLogEntry): string {
  return value === null ? 'null' : decoder.decode(value);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
