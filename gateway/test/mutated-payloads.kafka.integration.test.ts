import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { logTopics, type LogTopic } from '@emotion-fleet/contracts';
import { KafkaServer, skipWithoutStack } from '@emotion-fleet/deploy';
import { KafkaEventLog, type EventLog } from '@emotion-fleet/event-log';
import { balances } from '@emotion-fleet/service';
import { eventually } from './support/eventually.ts';
import { expectedOutcome, LetterSum } from './support/expected-outcome.ts';
import { GatewayHarness } from './support/gateway-harness.ts';
import { heldBytes } from './support/held-bytes.ts';
import { channels, goldenNow, mqttTopic } from './support/messages.ts';
import { mutatedPayload, seededRandom } from './support/mutations.ts';
import { RawDevice } from './support/raw-device.ts';

/** So many that a request to the log carries many payloads: with twenty this takes twice as long. */
const devices = 100;
const payloads = 100_000;

it(
  'takes 100,000 mutated payloads into Kafka: acks each, keeps each valid neighbour and each dead letter, in flat memory',
  {
    skip: await skipWithoutStack(),
  },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'mutated-payloads-'));
    const kafka = new KafkaServer({ dataDirectory: folder });
    t.after(async () => {
      await kafka.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    await kafka.start();
    const topics = { replicationFactor: 1, minInSyncReplicas: 1 };
    const log = new KafkaEventLog({ brokers: [kafka.bootstrap], clientId: 'test', topics });
    await using harness = await GatewayHarness.over({ log, now: () => goldenNow });
    const random = seededRandom(20_261_125);
    const expected = { records: 0, markers: 0, letters: new LetterSum() };
    let sent = 0;
    const send = async (deviceId: string, until: number) => {
      const raw = await RawDevice.connect(harness.port, deviceId);
      await eventually(() => raw.connack === 0, 60_000);
      while (sent < until) {
        sent += 1;
        const payload = mutatedPayload(random);
        const { records, markers, letters } = expectedOutcome(payload);
        expected.records += records;
        expected.markers += markers;
        letters.forEach((letter) => expected.letters.add(letter));
        await raw.publish(mqttTopic(deviceId, channels.records), payload);
      }
      raw.socket.destroy();
    };
    const sendFromAll = (until: number) =>
      Promise.all(Array.from({ length: devices }, (_, index) => send(`camera-${index}`, until)));

    await sendFromAll(payloads / 5);
    const heldEarly = heldBytes();
    await sendFromAll(payloads);
    const growth = heldBytes() - heldEarly;

    const counts = harness.gateway.counts();
    assert.ok(balances(counts));
    assert.equal(counts.inFlight, 0);
    assert.equal(counts.forwarded, expected.records);
    assert.ok(growth < 12 * 1024 * 1024, `${growth} bytes more are held`);
    const letters = new LetterSum();
    const reasons: Record<string, number> = {};
    await readAll(log, logTopics.deadLetters, (letter) => {
      letters.addLogged(letter);
      const reason = letter.headers?.reason ?? '';
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    });
    assert.deepEqual(letters, expected.letters);
    assert.deepEqual(reasons, counts.dropped);
    const kinds = { record: 0, marker: 0 };
    await readAll(log, logTopics.faceEmotions, ({ value }) => {
      kinds[Buffer.from(value!).includes('"kind":"rejected"') ? 'marker' : 'record'] += 1;
    });
    assert.deepEqual(kinds, { record: expected.records, marker: expected.markers });
  },
);

type Entry = Parameters<EventLog['append']>[1][number];

async function readAll(
  log: EventLog,
  topic: LogTopic,
  take: (entry: Entry) => void,
): Promise<void> {
  const consumer = log.createConsumer({
    groupId: `read-${topic.name}`,
    topics: [topic],
    from: 'start',
    onBatch: async ({ entries }) => {
      entries.forEach(take);
    },
  });
  await consumer.start();
  try {
    await eventually(async () => (await consumer.lag()) === 0, 300_000);
  } finally {
    await consumer.stop();
  }
}
