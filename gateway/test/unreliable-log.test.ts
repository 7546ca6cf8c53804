import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { logTopics, type LogTopic } from '@emotion-fleet/contracts';
import { goldenRecords } from '@emotion-fleet/contracts/golden';
import { EventLogError, type LogEntry } from '@emotion-fleet/event-log';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import { balances } from '@emotion-fleet/service';
import { eventually } from './support/eventually.ts';
import { GatewayHarness, publishRecords } from './support/gateway-harness.ts';
import { decodeAll, goldenNow } from './support/messages.ts';
import { seededRandom } from './support/mutations.ts';

const random = seededRandom(7);
const batches = 40;

/** Fails, is late, or stores and then says that it failed. */
class UnreliableLog extends MemoryEventLog {
  override async append(topic: LogTopic, entries: readonly LogEntry[]): Promise<void> {
    const dice = random();
    if (dice < 0.15) throw new EventLogError('unavailable', 'no disk');
    if (dice < 0.3) await delay(40);
    await super.append(topic, entries);
    if (dice > 0.9) throw new EventLogError('timeout', 'no answer');
  }
}

/** Sends a batch until it is acked, as an outbox does. */
async function deliver(harness: GatewayHarness, device: string, payload: string): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      await publishRecords(await harness.connect(device), device, payload);
      return attempt;
    } catch {
      assert.ok(balances(harness.gateway.counts()));
    }
  }
}

it('acks nothing that the log has not, whatever the log does, and balances at every moment', async () => {
  const log = new UnreliableLog();
  await using harness = await GatewayHarness.start({
    log,
    now: () => goldenNow,
    limits: { ackTimeoutMs: 20 },
  });
  const [sample] = goldenRecords();
  const devices = ['camera-1', 'camera-2', 'camera-3'];
  const attempts = await Promise.all(
    devices.map(async (device) => {
      let total = 0;
      for (let batch = 0; batch < batches; batch++) {
        const records = [0, 1, 2].map((index) => ({ ...sample, seq: batch * 3 + index }));
        records[1] = { ...records[1]!, kind: 'poison' as 'sample' };
        total += await deliver(harness, device, JSON.stringify({ schema: 1, records }));
        assert.deepEqual(missing(log, device, (batch + 1) * 3), []);
      }
      return total;
    }),
  );
  assert.ok(Math.max(...attempts) > batches, 'some had to be sent again');
  await eventually(() => harness.gateway.counts().inFlight === 0);
  assert.ok(balances(harness.gateway.counts()));
  assert.ok(log.entries(logTopics.deadLetters).length >= devices.length * batches);
});

/** Seqs below `count` of which neither the record nor its marker stands in the log. */
function missing(log: MemoryEventLog, device: string, count: number): number[] {
  const logged = decodeAll(log.entries(logTopics.faceEmotions));
  const own = logged.filter(({ deviceId }) => deviceId === device);
  const seqs = new Set(own.map(({ record }) => record.seq));
  return Array.from({ length: count }, (_, seq) => seq).filter((seq) => !seqs.has(seq));
}
