import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logTopics, type DesiredConfig } from '@emotion-fleet/contracts';
import { readGolden } from '@emotion-fleet/contracts/golden';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import type { MqttClient } from 'mqtt';
import { eventually } from '../support/eventually.ts';
import { GatewayHarness } from '../support/gateway-harness.ts';
import { channels, mqttTopic } from '../support/messages.ts';

const device = 'camera-1';
const golden = readGolden('config') as DesiredConfig;

async function desire(log: MemoryEventLog, version: number, deviceId = device): Promise<void> {
  const value = Buffer.from(JSON.stringify({ ...golden, version }));
  await log.append(logTopics.deviceConfig, [{ key: deviceId, value }]);
}

/** Subscribes as the agent does; gathers the versions that it hears. */
async function listen(client: MqttClient, deviceId = device): Promise<number[]> {
  const versions: number[] = [];
  client.on('message', (_topic, payload) => {
    versions.push((JSON.parse(payload.toString()) as DesiredConfig).version);
  });
  await client.subscribeAsync(mqttTopic(deviceId, channels.config), { qos: 1 });
  return versions;
}

describe('the desired configuration', () => {
  it('is said to a device that subscribes, in its latest version', async () => {
    await using harness = await GatewayHarness.start();
    await desire(harness.log, 1);
    await desire(harness.log, 2);
    await eventually(() => harness.log.entries(logTopics.deviceConfig).length === 1);
    await using restarted = await GatewayHarness.over({ log: harness.log });
    const versions = await listen(await restarted.connect(device));
    await eventually(() => versions.length > 0);
    assert.deepEqual(versions, [2]);
  });

  it('is said at each change, by every gateway of the log, to that device alone', async () => {
    const log = new MemoryEventLog();
    await using one = await GatewayHarness.over({ log });
    await using other = await GatewayHarness.over({ log });
    const versions = await listen(await one.connect(device));
    const elsewhere = await listen(await other.connect('camera-2'), 'camera-2');
    await desire(log, 4);
    await eventually(() => versions.length === 1);
    await desire(log, 5);
    await desire(log, 1, 'camera-2');
    await eventually(() => versions.length === 2 && elsewhere.length === 1);
    assert.deepEqual(versions, [4, 5]);
    assert.deepEqual(elsewhere, [1]);
  });

  it('is not said where the log holds something else, or nothing any more', async () => {
    await using harness = await GatewayHarness.start();
    const versions = await listen(await harness.connect(device));
    await harness.log.append(logTopics.deviceConfig, [{ key: device, value: Buffer.from('{}') }]);
    await harness.log.append(logTopics.deviceConfig, [{ key: device, value: null }]);
    await desire(harness.log, 7);
    await eventually(() => versions.length > 0);
    assert.deepEqual(versions, [7]);
  });
});
