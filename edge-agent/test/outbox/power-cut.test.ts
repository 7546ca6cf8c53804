import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faults, type Fault } from './power-cut/faults.ts';
import { auditPowerCuts } from './power-cut/power-cut-audit.ts';

/** What the audit says of each way to be wrong. */
const findings: Record<Fault, RegExp> = {
  'segments not synced': /declared as lost|was synced and is/,
  'folders not synced': /before that run's id/,
  'acks not synced': /declared as lost|comes again/,
  'run after records': /before that run's id/,
  'one slot': /declared as lost|was synced and is/,
  'ack before delivery': /ackedBelow promises too much|was synced and is/,
  'same run id': /stays in the outbox|other bytes|two identities/,
};

describe('the outbox at a power cut', () => {
  it('keeps its promises wherever the power is cut, and whatever unsynced survives', async () => {
    const { points, restarts } = await auditPowerCuts({ points: 1_000, seed: 1 });
    assert.ok(points >= 1_000 && restarts > points, `${points} points, ${restarts} restarts`);
  });

  for (const fault of faults) {
    it(`would not hide it: ${fault}`, async () => {
      await assert.rejects(auditPowerCuts({ points: 1_000, seed: 1, fault }), findings[fault]);
    });
  }
});
