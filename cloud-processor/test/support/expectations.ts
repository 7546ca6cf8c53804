import assert from 'node:assert/strict';
import { ledgerBlockSeqs, type DeviceRecord } from '@emotion-fleet/contracts';
import { hasBit, type ObservationStore } from '@emotion-fleet/observation-store';
import type { World } from './world.ts';

type Fate = 'stored' | 'declared' | 'rejected';

/** Every record of the log is in the store once, with the bytes of its first delivery. */
export async function assertRawRows(
  store: ObservationStore,
  world: Pick<World, 'logged'>,
): Promise<void> {
  const stored = new Map<string, DeviceRecord>();
  for await (const { deviceId, record } of store.scanRecords()) {
    const key = `${deviceId}/${record.runId}/${record.seq}`;
    assert.ok(!stored.has(key), `${key} is stored twice`);
    stored.set(key, record);
  }
  const expected = new Map<string, unknown>();
  for (const { deviceId, record } of world.logged) {
    const key = `${deviceId}/${record.runId}/${record.seq}`;
    if (record.kind !== 'rejected') expected.set(key, record);
  }
  assert.deepEqual(stored, expected);
}

/** The bitmaps say of each seq what a plain map says, and the runs what their records said. */
export async function assertLedger(
  store: ObservationStore,
  world: Pick<World, 'logged'>,
): Promise<void> {
  for (const deviceId of new Set(world.logged.map((one) => one.deviceId))) {
    const expected = expectedFates(world, deviceId);
    const found = new Map<string, Fate>();
    for (const { runId, block, stored, declared, rejected } of await store.readLedgerBlocks(
      deviceId,
    )) {
      for (let bit = 0; bit < ledgerBlockSeqs; bit++) {
        const fate = hasBit(stored, bit)
          ? 'stored'
          : hasBit(rejected, bit)
            ? 'rejected'
            : 'declared';
        if (fate === 'declared' && !hasBit(declared, bit)) continue;
        assert.ok(fate !== 'stored' || !hasBit(declared, bit), 'stored beats declared');
        found.set(`${runId}/${block * ledgerBlockSeqs + bit}`, fate);
      }
    }
    assert.deepEqual(found, expected);
    const heads = (await store.readLedgerRuns(deviceId)).map((run) => [
      run.runId,
      { headSeq: run.headSeq, ackedBelow: run.ackedBelow },
    ]);
    assert.deepEqual(new Map(heads as [string, unknown][]), expectedRuns(world, deviceId));
  }
}

function expectedFates(world: Pick<World, 'logged'>, deviceId: string): Map<string, Fate> {
  const fates = new Map<string, Fate>();
  const weight = { declared: 0, rejected: 1, stored: 2 };
  const set = (runId: string, seq: number, fate: Fate) => {
    const key = `${runId}/${seq}`;
    const present = fates.get(key);
    if (present === undefined || weight[fate] > weight[present]) fates.set(key, fate);
  };
  for (const { deviceId: of, record } of world.logged) {
    if (of !== deviceId) continue;
    set(record.runId, record.seq, record.kind === 'rejected' ? 'rejected' : 'stored');
    if (record.kind !== 'gap') continue;
    for (let seq = record.fromSeq; seq <= record.toSeq; seq++) set(record.ofRunId, seq, 'declared');
  }
  return fates;
}

function expectedRuns(world: Pick<World, 'logged'>, deviceId: string) {
  const runs = new Map<string, { headSeq: number; ackedBelow: number }>();
  const hear = (runId: string, headSeq: number, ackedBelow = 0) => {
    const run = runs.get(runId) ?? { headSeq: 0, ackedBelow: 0 };
    runs.set(runId, {
      headSeq: Math.max(run.headSeq, headSeq),
      ackedBelow: Math.max(run.ackedBelow, ackedBelow),
    });
  };
  for (const { deviceId: of, record } of world.logged) {
    if (of !== deviceId || record.kind === 'rejected') continue;
    hear(record.runId, record.seq + 1);
    if (record.kind === 'gap') hear(record.ofRunId, record.toSeq + 1);
    if (record.kind !== 'presence') continue;
    for (const run of record.runs) hear(run.runId, run.headSeq, run.ackedBelow);
  }
  return runs;
}
