import assert from 'node:assert/strict';
import { it } from 'node:test';
import { logTopics, rejectReasons, type LogTopic } from '@emotion-fleet/contracts';
import type { LogEntry } from '@emotion-fleet/event-log';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import { balances } from '@emotion-fleet/service';
import { eventually } from './support/eventually.ts';
import { expectedOutcome, LetterSum } from './support/expected-outcome.ts';
import { GatewayHarness } from './support/gateway-harness.ts';
import { heldBytes } from './support/held-bytes.ts';
import { channels, goldenNow, mqttTopic } from './support/messages.ts';
import { mutatedPayload, seededRandom } from './support/mutations.ts';
import { RawDevice } from './support/raw-device.ts';

const device = 'camera-1';
const payloads = 10_000;

/** Counts instead of keeping, so that the gateway's own memory can be seen. */
class CountingLog extends MemoryEventLog {
  accepted = 0;
  readonly reasons = new Map<string, number>();
  readonly letters = new LetterSum();

  override async append(topic: LogTopic, entries: readonly LogEntry[]): Promise<void> {
    for (const entry of entries) {
      const { value, headers } = entry;
      if (topic === logTopics.deadLetters) {
        this.letters.addLogged(entry);
        const reason = headers!.reason!;
        this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
      } else if (!Buffer.from(value!).includes('"kind":"rejected"')) {
        this.accepted += 1;
      }
    }
  }
}

it('takes 10,000 mutated payloads: acks each, loses no valid neighbour, counts each rejection, holds nothing', async () => {
  const log = new CountingLog();
  await using harness = await GatewayHarness.start({ now: () => goldenNow, log });
  const raw = await RawDevice.connect(harness.port, device);
  await eventually(() => raw.connack === 0);
  const topic = mqttTopic(device, channels.records);
  const random = seededRandom(20_261_124);
  let acceptable = 0;
  const expectedLetters = new LetterSum();
  const heldBefore = heldBytes();
  for (let count = 0; count < payloads; count++) {
    const payload = mutatedPayload(random);
    const { records, letters } = expectedOutcome(payload);
    acceptable += records;
    letters.forEach((letter) => expectedLetters.add(letter));
    await raw.publish(topic, payload);
  }
  const growth = heldBytes() - heldBefore;
  const { received, forwarded, dropped, inFlight } = harness.gateway.counts();
  assert.equal(forwarded, acceptable);
  assert.equal(log.accepted, acceptable);
  assert.ok(acceptable > payloads, 'there are many valid neighbours');
  assert.deepEqual(log.letters, expectedLetters);
  assert.deepEqual(new Map(Object.entries(dropped)), log.reasons);
  assert.ok(
    Object.keys(dropped).every((reason) => (rejectReasons as readonly string[]).includes(reason)),
  );
  assert.ok(Object.keys(dropped).length >= 5, `only ${Object.keys(dropped).join()}`);
  assert.equal(inFlight, 0);
  assert.ok(balances({ received, forwarded, dropped, inFlight }));
  assert.ok(growth < 12 * 1024 * 1024, `${growth} bytes more are held`);
  raw.socket.destroy();
});
