import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import {
  boxBetween,
  formOf,
  hasFile,
  settingsOf,
  type Settings,
} from '../../src/configuration/settings-form.ts';

const share = fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100);
const url = fc.constantFrom('https://models.example/a', 'http://10.0.0.2/b');
const own = {
  ...{ kind: 'xception' as const, id: 'shop-faces', url: 'https://models.example/x' },
  ...{ bytes: 4_000, sha256: '0'.repeat(64), temperature: 1.5 },
  thresholds: { happy: 0.5, sad: 0.5, neutral: 0.5, other: 0.5 },
};
const noPrototype = { noNullPrototype: true } as const;
const anySettings: fc.Arbitrary<Settings> = fc.record(
  {
    sampleIntervalMs: fc.integer({ min: 0, max: 60_000 }),
    analysisFps: fc.integer({ min: 1, max: 30 }),
    maxVisitMs: fc.integer({ min: 1, max: 1_440 }).map((minutes) => minutes * 60_000),
    exclusionZones: fc.array(
      fc.record({ x: share, y: share, width: share, height: share }, noPrototype),
      { maxLength: 4 },
    ),
    emotionThresholds: fc.record(
      { happy: share, sad: share, neutral: share, other: share },
      noPrototype,
    ),
    detector: fc.oneof(
      fc.constantFrom('320x256', '256x192').map((input) => ({
        kind: 'blazeface' as const,
        input: input,
      })),
      fc.constant({ kind: 'yunet' as const }),
      url.map((address) => ({ kind: 'yunet' as const, url: address })),
    ),
    classifier: fc.oneof(
      fc.constantFrom('fast', 'accurate').map((kind) => ({ kind: kind })),
      fc.constant({ kind: 'mobilefacenet' as const }),
      url.map((address) => ({ kind: 'mobilefacenet' as const, url: address })),
      fc.constant(own),
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);

suite('settings form', () => {
  test('gives back the settings that it was filled with, whatever they are', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        assert.deepEqual(settingsOf(formOf(settings), settings), settings);
      }),
    );
  });

  test('leaves out what is left to the camera', () => {
    const form = formOf({ analysisFps: 3, exclusionZones: [] });
    assert.deepEqual(settingsOf({ ...form, analysisFps: null }, {}), { exclusionZones: [] });
  });

  test("keeps an operator's own classifier, and no other one", () => {
    const form = formOf({ classifier: own });
    assert.deepEqual(settingsOf(form, { classifier: own }), { classifier: own });
    assert.deepEqual(settingsOf(form, {}), {});
  });

  test('asks for an address where a file is loaded', () => {
    assert.deepEqual(
      (['yunet', 'mobilefacenet', 'fast', 'blazeface-320x256', null] as const).map(hasFile),
      [true, true, false, false, false],
    );
  });

  test('draws a box in either direction, inside of the picture, and none at a click', () => {
    const box = { x: 0.2, y: 0, width: 0.3, height: 0.4 };
    assert.deepEqual(boxBetween([0.2, -0.1], [0.5, 0.4]), box);
    assert.deepEqual(boxBetween([0.5, 0.4], [0.2, 0]), box);
    assert.equal(boxBetween([0.5, 0.5], [0.502, 0.9]), undefined);
  });
});
