import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { DeviceConfig } from '@emotion-fleet/contracts/api';
import { configStates } from '@emotion-fleet/contracts/api';
import { configWords, inForceRows } from '../../src/configuration/config-words.ts';

const reported: DeviceConfig['reported'] = {
  ...{ schema: 1, version: 2, runId: 'run', modelId: 'blazeface-int8+big-xception-int8' },
  receivedAt: '2026-03-01T09:00:00.000Z',
  inForce: {
    ...{ sampleIntervalMs: 0, analysisFps: 5, maxVisitMs: 1_200_000, exclusionZones: [] },
    emotionThresholds: { happy: 0.5, sad: 0.625, neutral: 0.4, other: 0.3 },
  },
  refused: { version: 3, code: 'model_answers', reason: 'It finds 3 of 44 faces.' },
};
const desired = { version: 3, setAt: '2026-03-01T08:59:00.000Z', settings: {} };

suite('words about a configuration', () => {
  test('name each state, and the reason of a refusal', () => {
    const words = configStates.map((state) =>
      configWords({ deviceId: 'a', state, desired: state === 'own' ? null : desired, reported }),
    );
    assert.equal(new Set(words.map(({ label }) => label)).size, configStates.length);
    assert.match(words.at(-1)!.sentence, /Version 3 was refused.*It finds 3 of 44 faces\./);
    assert.equal(words.at(-1)!.severity, 'bad');
  });

  test('list what is in force', () => {
    const rows = new Map(inForceRows({ deviceId: 'a', state: 'applied', desired, reported }));
    assert.equal(rows.get('A sample of each face'), 'each analysed frame');
    assert.equal(rows.get('Zones left out'), 'none');
    assert.match(rows.get('Said from') ?? '', /sad 63 %/);
    assert.deepEqual(
      inForceRows({ deviceId: 'a', state: 'own', desired: null, reported: null }),
      [],
    );
  });
});
