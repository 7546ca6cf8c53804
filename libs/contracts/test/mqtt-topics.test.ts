import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { channels, idPattern, mqttTopic, parseMqttTopic } from '../src/index.ts';

test('parses every topic that it builds', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(new RegExp(idPattern)),
      fc.constantFrom(...Object.values(channels)),
      (deviceId, channel) => {
        assert.deepEqual(parseMqttTopic(mqttTopic(deviceId, channel)), { deviceId, channel });
      },
    ),
  );
});

test('refuses wildcards, foreign topics and unknown channels', () => {
  for (const topic of [
    '#',
    'emotion/v1/devices/+/records',
    'emotion/v1/devices/a/photos',
    '$SYS/x',
    'emotion/v1/devices/a',
  ]) {
    assert.equal(parseMqttTopic(topic), undefined);
  }
});
