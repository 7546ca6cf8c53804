import assert from 'node:assert/strict';
import { once } from 'node:events';
import { it } from 'node:test';
import { logTopics } from '@emotion-fleet/contracts';
import { goldenRecords } from '@emotion-fleet/contracts/golden';
import { SqliteEventLog, type StoredLogEntry } from '@emotion-fleet/event-log';
import { SqliteDeviceRegistry } from '@emotion-fleet/observation-store';
import { eventually } from './support/eventually.ts';
import { GatewayProcess } from './support/gateway-process.ts';
import { channels, decodeAll, mqttTopic } from './support/messages.ts';
import { RawDevice } from './support/raw-device.ts';

const device = 'camera-1';

it('starts, listens, and drains at SIGTERM with exit code 0', async () => {
  using gateway = new GatewayProcess();
  await gateway.start();
  assert.equal(gateway.errors, '');
  assert.deepEqual(await gateway.end('SIGTERM'), [0, null]);
});

it('says in one sentence what is not configured', async () => {
  using gateway = new GatewayProcess();
  assert.deepEqual(await once(gateway.spawn({}), 'exit'), [1, null]);
  assert.match(gateway.errors, /^[^\n]*EMOTION_DATA_DIRECTORY is not set[^\n]*\.\n$/);
});

it('has every acked record after kill -9', async () => {
  using gateway = new GatewayProcess();
  const token = await registerDevice(gateway.registryFile);
  const [sample] = goldenRecords();
  let acked = 0;
  for (const kills of [40, 75, 110]) {
    const raw = await RawDevice.connect(await gateway.start(), device, { token });
    await eventually(() => raw.connack === 0);
    let sent = 0;
    try {
      for (; ; acked++, sent++) {
        if (sent === kills) void gateway.end('SIGKILL');
        const records = [0, 1, 2].map((index) => ({
          ...sample,
          observedAt: Date.now(),
          seq: acked * 3 + index,
        }));
        const payload = Buffer.from(JSON.stringify({ schema: 1, records }));
        await raw.publish(mqttTopic(device, channels.records), payload);
      }
    } catch {
      assert.ok(sent >= kills - 1, 'the device was cut before the kill');
    }
    gateway.output = '';
  }
  const stored = new Set(
    decodeAll(await readAll(gateway.eventLogFile)).map(({ record }) => record.seq),
  );
  const missing = Array.from({ length: acked * 3 }, (_, seq) => seq).filter(
    (seq) => !stored.has(seq),
  );
  assert.deepEqual(missing, []);
});

async function registerDevice(path: string): Promise<string> {
  const registry = new SqliteDeviceRegistry({ path });
  await registry.start();
  const createdAt = Date.now();
  await registry.addSite({
    siteId: 'site-1',
    name: 'Site',
    timeZone: 'UTC',
    purpose: 'research',
    openingHours: [],
    createdAt,
  });
  const entry = { deviceId: device, name: 'Camera', createdAt, schedule: [] };
  const { token } = await registry.addDevice(entry, 'site-1');
  await registry.stop();
  return token;
}

async function readAll(file: string): Promise<StoredLogEntry[]> {
  const log = new SqliteEventLog({ file });
  await log.start();
  const entries: StoredLogEntry[] = [];
  const consumer = log.createConsumer({
    groupId: 'reader',
    topics: [logTopics.faceEmotions],
    from: 'start',
    onBatch: async (batch) => void entries.push(...batch.entries),
  });
  await consumer.start();
  await eventually(async () => (await consumer.lag()) === 0);
  await consumer.stop();
  await log.stop();
  return entries;
}
