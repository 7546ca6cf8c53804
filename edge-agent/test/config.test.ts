import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OperatorError } from '@emotion-fleet/service';
import {
  agentEnvironment,
  parseClassifier,
  readAgentConfig,
  type AgentSettings,
} from '../src/config.ts';

const required = {
  EMOTION_DEVICE_ID: 'till-1',
  EMOTION_TOKEN: 'secret-token',
  EMOTION_MQTT_URL: 'mqtt://127.0.0.1:1883',
  EMOTION_DATA_DIRECTORY: '/data',
  EMOTION_MODEL_CACHE: '/cache',
};

describe('readAgentConfig', () => {
  it('has a default for everything but identity, secret, address and folders', () => {
    const config = readAgentConfig(required);
    assert.equal(config.deviceId, 'till-1');
    assert.equal(config.camera, 'rpicam:0');
    assert.equal(config.sampleIntervalMs, 1_000);
    assert.equal(config.analysisFps, 5);
    assert.equal(config.detector, 'blazeface-320x256');
  });

  it('reads exclusion zones as an agent is told them, and refuses what is none', () => {
    const zones: AgentSettings['exclusionZones'] = [
      { x: 0, y: 0.5, width: 0.25, height: 0.5 },
      [
        [0, 0],
        [1, 0],
        [0.5, 0.5],
      ],
    ];
    const told = agentEnvironment({ ...readAgentConfig(required), exclusionZones: zones });
    assert.deepEqual(readAgentConfig(told).exclusionZones, zones);
    assert.deepEqual(readAgentConfig(required).exclusionZones, []);
    const bad = ['till', '[{"x":0,"y":0,"width":200,"height":1}]', '[[[0,0],[1,1]]]'];
    for (const text of bad) {
      const environment = { ...required, EMOTION_EXCLUSION_ZONES: text };
      assert.throws(() => readAgentConfig(environment), /EMOTION_EXCLUSION_ZONES/);
    }
  });

  it('names all that is missing or wrong at once, without a value', () => {
    const environment = {
      ...required,
      EMOTION_TOKEN: undefined,
      EMOTION_DETECTOR: 'haar',
      EMOTION_ANALYSIS_FPS: '900',
    };
    assert.throws(
      () => readAgentConfig(environment),
      (error) =>
        error instanceof OperatorError &&
        ['EMOTION_TOKEN is not set', 'EMOTION_DETECTOR', 'EMOTION_ANALYSIS_FPS'].every((text) =>
          error.message.includes(text),
        ) &&
        !error.message.includes('haar'),
    );
  });
});

describe('parseClassifier', () => {
  it('reads a mode, or a network and the path of its file, colons included', () => {
    assert.deepEqual(parseClassifier(readAgentConfig(required).classifier), { kind: 'accurate' });
    assert.deepEqual(parseClassifier('fast'), { kind: 'fast' });
    assert.deepEqual(parseClassifier('mobilefacenet:C:/a.onnx'), {
      kind: 'mobilefacenet',
      path: 'C:/a.onnx',
    });
    for (const text of ['quick', 'mobilefacenet', 'accurate:/a', 'fast:/a']) {
      const environment = { ...required, EMOTION_CLASSIFIER: text };
      assert.throws(() => readAgentConfig(environment), /EMOTION_CLASSIFIER/, text);
    }
  });
});
