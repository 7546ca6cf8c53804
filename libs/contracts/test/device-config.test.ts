import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configValidators, type DesiredConfig, type ReportedConfig } from '../src/index.ts';

const desired = (settings: object): unknown => ({
  ...{ schema: 1, version: 3, setAt: 1_770_000_000_000 },
  settings,
});

const thresholds = { happy: 0.5, sad: 0.5, neutral: 0.5, other: 0.5 };

test('takes an empty configuration: the device is as it is set itself', () => {
  assert.equal(configValidators.desired.Check(desired({})), true);
});

test('takes each setting alone and all of them together', () => {
  const settings: DesiredConfig['settings'] = {
    sampleIntervalMs: 0,
    analysisFps: 0.5,
    maxVisitMs: 10_000,
    exclusionZones: [{ x: 0, y: 0, width: 1, height: 0.2 }],
    emotionThresholds: thresholds,
    detector: { kind: 'yunet' },
    classifier: {
      ...{ kind: 'xception', id: 'shop-faces-2', url: 'https://models.example/a.onnx' },
      ...{ bytes: 4_000, sha256: '0'.repeat(64), temperature: 1.6, thresholds },
    },
  };
  assert.equal(configValidators.desired.Check(desired(settings)), true);
  for (const [name, value] of Object.entries(settings)) {
    assert.equal(configValidators.desired.Check(desired({ [name]: value })), true, name);
  }
});

test('refuses what nobody may change from afar, and values out of range', () => {
  for (const settings of [
    { camera: 'rpicam:0' },
    { privacySwitchPin: 4 },
    { token: 'x' },
    { analysisFps: 0 },
    { analysisFps: '5' },
    { emotionThresholds: { happy: 0.5 } },
    { detector: 'blazeface-320x256' },
    { detector: { kind: 'yunet', url: 'file:///etc/passwd' } },
    { classifier: { kind: 'mobilefacenet', url: 'https://user:secret@models.example/a' } },
    { classifier: { kind: 'pair' } },
    { classifier: { kind: 'xception', url: 'https://models.example/a.onnx' } },
  ]) {
    assert.equal(
      configValidators.desired.Check(desired(settings)),
      false,
      JSON.stringify(settings),
    );
  }
});

test('refuses version 0, which stands for no configuration', () => {
  assert.equal(configValidators.desired.Check({ ...Object(desired({})), version: 0 }), false);
});

test('takes a report with a refusal', () => {
  const report: ReportedConfig = {
    ...{ schema: 1, version: 2, runId: 'run', modelId: 'blazeface+xception' },
    inForce: {
      ...{ sampleIntervalMs: 1_000, analysisFps: 5, maxVisitMs: 1_200_000 },
      ...{ exclusionZones: [], emotionThresholds: thresholds },
    },
    refused: { version: 3, code: 'model_mismatch', reason: 'another file' },
  };
  assert.equal(configValidators.reported.Check(report), true);
});
