import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configValidators, type ReportedConfig } from '@emotion-fleet/contracts';
import { decide, type Decision } from '../../src/remote-config/decide.ts';
import { nothingSettled } from '../../src/remote-config/settled-state.ts';
import { payloadOf, wishOf } from './device.ts';

function decisionOf(payload: Uint8Array | string): Decision {
  return decide({
    ...{ state: nothingSettled, running: wishOf(7), trying: undefined },
    payload: typeof payload === 'string' ? Buffer.from(payload) : payload,
  });
}

/** What a device says while that is its last refusal. */
function reportOf(decision: Decision): ReportedConfig {
  assert.ok(decision.kind === 'refused');
  const { version, code, reason } = decision.refusal;
  const thresholds = { happy: 0.5, sad: 0.5, neutral: 0.5, other: 0.5 };
  return {
    ...{ schema: 1, version: 7, runId: 'run', modelId: 'model' },
    inForce: {
      ...{ sampleIntervalMs: 1_000, analysisFps: 5, maxVisitMs: 60_000 },
      ...{ exclusionZones: [], emotionThresholds: thresholds },
    },
    refused: { version, code, reason },
  };
}

describe('decide', () => {
  it('wants nothing where a retained message was taken back', () => {
    assert.equal(decisionOf('').kind, 'ignored');
  });

  it('takes what is new, and is not told twice', () => {
    assert.equal(decisionOf(payloadOf(wishOf(8))).kind, 'wanted');
    assert.equal(decisionOf(payloadOf(wishOf(7))).kind, 'ignored');
    assert.equal(decisionOf(payloadOf(wishOf(7, { analysisFps: 2 }))).kind, 'wanted');
    const outdated = decisionOf(payloadOf(wishOf(6)));
    assert.equal(outdated.kind === 'refused' && outdated.refusal.code, 'outdated');
  });

  it('refuses what is too long to be read, whatever it says', () => {
    const decision = decisionOf(`${payloadOf(wishOf(8)).toString()}${' '.repeat(256 * 1024)}`);
    assert.match(reportOf(decision).refused?.reason ?? '', /longer than 256 KiB/);
  });

  it('answers any rubbish with a report that the gateway takes', () => {
    const wish = wishOf(8);
    const unicode = '\u{1F600}\u0000\u2028'.repeat(300);
    const rubbish = [
      ...['{', 'null', '[]', '7', '"text"', '{}', '[['.repeat(50_000), '\u0000'],
      ...['{"version":1e400}', '{"version":-0}', '{"__proto__":{"version":3}}'],
      Buffer.from([0xff, 0xfe, 0x00]),
      Buffer.alloc(3_000_000, '['),
      ...[-3, 0, 1.5, '8', 2 ** 48 + 1, 2 ** 53 - 1, 2 ** 60, null, {}].map((version) =>
        payloadOf({ ...wish, version }),
      ),
      payloadOf({ ...wish, setAt: -1 }),
      payloadOf({ ...wish, [unicode]: 1 }),
      payloadOf({ ...wish, settings: { [unicode]: 1 } }),
      payloadOf({ ...wish, settings: { analysisFps: -1 } }),
      payloadOf({ ...wish, settings: { exclusionZones: [[[0, unicode]]] } }),
      payloadOf({ ...wish, settings: { detector: { kind: 'yunet', url: 'ftp://models' } } }),
    ];
    for (const payload of rubbish) {
      const decision = decisionOf(payload);
      assert.ok(decision.kind === 'refused', String(payload).slice(0, 80));
      assert.equal(decision.refusal.code, 'bad_config');
      const faults = [...configValidators.reported.Errors(reportOf(decision))];
      assert.deepEqual(faults, [], String(payload).slice(0, 80));
    }
  });
});
