import assert from 'node:assert/strict';
import { it } from 'node:test';
import { channels, downwardChannels, mqttTopic, upwardChannels } from '@emotion-fleet/contracts';
import { accessToPublish, accessToSubscribe } from '../../src/mqtt/topic-access.ts';

const device = 'camera-1';

it('lets a device publish upward and subscribe downward, on its own topics alone', () => {
  for (const channel of Object.values(channels)) {
    for (const owner of [device, 'camera-10']) {
      const topic = mqttTopic(owner, channel);
      const own = owner === device;
      assert.equal(
        accessToPublish(device, { topic, qos: 1, retain: false }).ok,
        own && upwardChannels.includes(channel),
      );
      assert.equal(
        accessToSubscribe(device, { topic, qos: 1 }).ok,
        own && downwardChannels.includes(channel),
      );
    }
  }
});

it('lets only the status be retained, and nothing be sent at QoS 2', () => {
  for (const channel of upwardChannels) {
    const topic = mqttTopic(device, channel);
    assert.equal(
      accessToPublish(device, { topic, qos: 1, retain: true }).ok,
      channel === channels.status,
    );
    assert.equal(accessToPublish(device, { topic, qos: 2, retain: false }).ok, false);
  }
});
