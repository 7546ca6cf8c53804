import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  logTopics,
  type DesiredConfig,
  type Received,
  type ReportedConfig,
} from '@emotion-fleet/contracts';
import { EventLogError } from '@emotion-fleet/event-log';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import type { MqttClient } from 'mqtt';
import { eventually } from '../support/eventually.ts';
import { GatewayHarness } from '../support/gateway-harness.ts';
import { channels, mqttTopic } from '../support/messages.ts';

const device = 'camera-1';
const topic = mqttTopic(device, channels.config);

function desired(version: number, sampleIntervalMs = 1_000): DesiredConfig {
  return { schema: 1, version, setAt: 1_790_000_000_000, settings: { sampleIntervalMs } };
}

async function want(log: MemoryEventLog, deviceId: string, value: unknown): Promise<void> {
  const bytes = value === null ? null : Buffer.from(JSON.stringify(value));
  await log.append(logTopics.deviceConfig, [{ key: deviceId, value: bytes }]);
}

/** What a client gets on its `config` topic from now on, with the QoS it came at. */
function listen(client: MqttClient): { versions: number[]; qos: Set<number>; last: string } {
  const heard = { versions: [] as number[], qos: new Set<number>(), last: '' };
  client.on('message', (name, payload, packet) => {
    if (name !== topic) return;
    heard.last = payload.toString();
    heard.versions.push((JSON.parse(heard.last) as DesiredConfig).version);
    heard.qos.add(packet.qos);
  });
  return heard;
}

it('says the latest desired configuration at each subscription, byte for byte, at QoS 1', async () => {
  await using harness = await GatewayHarness.start();
  await want(harness.log, device, desired(1));
  await want(harness.log, device, desired(2));
  await want(harness.log, 'camera-2', desired(9));
  const client = await harness.connect(device);
  const heard = listen(client);
  await client.subscribeAsync(topic, { qos: 1 });
  await eventually(() => heard.versions.length === 1);
  assert.equal(heard.last, JSON.stringify(desired(2)));
  await client.subscribeAsync(topic, { qos: 1 });
  await eventually(() => heard.versions.length === 2);
  assert.deepEqual([heard.versions, [...heard.qos]], [[2, 2], [1]]);
  assert.deepEqual(harness.gateway.health().messages, { 'config/sent': 2 });
});

it('says what stood in the log before it started', async () => {
  const log = new MemoryEventLog();
  await log.start();
  await want(log, device, desired(3));
  await using harness = await GatewayHarness.start({ log });
  const client = await harness.connect(device);
  const heard = listen(client);
  await client.subscribeAsync(topic, { qos: 1 });
  await eventually(() => heard.versions.length === 1);
  assert.deepEqual(heard.versions, [3]);
});

it('says each change to a connected device, whichever gateway it is connected to', async () => {
  const log = new MemoryEventLog();
  await using first = await GatewayHarness.start({ log });
  await using second = await GatewayHarness.start({ log });
  const [one, two] = [await first.connect(device), await second.connect('camera-2')];
  const heard = listen(one);
  await one.subscribeAsync(topic, { qos: 1 });
  await two.subscribeAsync(mqttTopic('camera-2', channels.config), { qos: 1 });
  two.on('message', () => assert.fail('another device was told'));
  await want(log, device, desired(1));
  await eventually(() => heard.versions.length === 1);
  await want(log, device, desired(2));
  await eventually(() => heard.versions.length === 2);
  assert.deepEqual(heard.versions, [1, 2]);
});

it('says nothing to a device that has not subscribed, and the latest once it has', async () => {
  await using harness = await GatewayHarness.start();
  const client = await harness.connect(device);
  const heard = listen(client);
  await want(harness.log, device, desired(1));
  await want(harness.log, device, desired(2));
  await client.publishAsync(mqttTopic(device, channels.health), 'x', { qos: 1 });
  assert.deepEqual(heard.versions, []);
  await client.subscribeAsync(topic, { qos: 1 });
  await eventually(() => heard.versions.length === 1);
  assert.deepEqual(heard.versions, [2]);
});

it('passes over what is no desired configuration, counts it once, and keeps the one before', async () => {
  await using harness = await GatewayHarness.start();
  const client = await harness.connect(device);
  const heard = listen(client);
  await client.subscribeAsync(topic, { qos: 1 });
  await want(harness.log, device, desired(1));
  await eventually(() => heard.versions.length === 1);
  await want(harness.log, device, { ...desired(2), settings: { sampleIntervalMs: 'often' } });
  const counts = () => harness.gateway.health().messages as Record<string, number>;
  await eventually(() => counts()['config/bad_message'] === 1);
  await client.subscribeAsync(topic, { qos: 1 });
  await eventually(() => heard.versions.length === 2);
  assert.deepEqual(heard.versions, [1, 1]);
  assert.deepEqual(counts(), { 'config/sent': 2, 'config/bad_message': 1 });
});

it('forgets the configuration of an erased device', async () => {
  await using harness = await GatewayHarness.start();
  await want(harness.log, device, desired(1));
  await want(harness.log, device, null);
  await want(harness.log, 'camera-2', desired(1));
  const other = await harness.connect('camera-2');
  const told = new Promise((resolve) => other.once('message', resolve));
  await other.subscribeAsync(mqttTopic('camera-2', channels.config), { qos: 1 });
  await told;
  const client = await harness.connect(device);
  const heard = listen(client);
  await client.subscribeAsync(topic, { qos: 1 });
  await client.publishAsync(mqttTopic(device, channels.health), 'x', { qos: 1 });
  assert.deepEqual(heard.versions, []);
});

it('does not start without the log', async () => {
  const log = new MemoryEventLog();
  await log.start();
  log.readThrough = () => Promise.reject(new EventLogError('unavailable', 'no disk'));
  await assert.rejects(GatewayHarness.start({ log }), { code: 'unavailable' });
});

const reported: ReportedConfig = {
  schema: 1,
  version: 2,
  runId: '0195c1a0-0000-7000-8000-000000000000',
  modelId: 'blazeface+accurate',
  inForce: {
    sampleIntervalMs: 1_000,
    analysisFps: 7,
    maxVisitMs: 1_200_000,
    exclusionZones: Array.from({ length: 32 }, () =>
      Array.from({ length: 32 }, (): [number, number] => [1 / 3, 0.123_456_789_012_345_6]),
    ),
    emotionThresholds: { happy: 0.5, sad: 0.5, neutral: 0.5, other: 0.5 },
  },
};

it('keeps what a device reports, the largest one too, and counts what is no report', async () => {
  await using harness = await GatewayHarness.start({ now: () => 1_790_000_000_000 });
  const client = await harness.connect(device);
  const say = (message: unknown) =>
    client.publishAsync(mqttTopic(device, channels.configReported), JSON.stringify(message), {
      qos: 1,
    });
  await say(reported);
  await say({ ...reported, version: 'two' });
  await say({});
  const [entry, ...others] = harness.log.entries(logTopics.deviceConfigReported);
  assert.deepEqual(others, []);
  const received = JSON.parse(Buffer.from(entry!.value!).toString()) as Received<ReportedConfig>;
  assert.deepEqual(received, {
    deviceId: device,
    receivedAt: 1_790_000_000_000,
    message: reported,
  });
  assert.deepEqual(harness.gateway.health().messages, {
    'config/reported/accepted': 1,
    'config/reported/bad_message': 2,
  });
});
