import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait.ts';
import { EdgeFleet } from './edge-fleet.ts';
import { fillDisks } from './full-disk.ts';

const hourMs = 3_600_000;
const quota = 50;

/** Four devices in a process of their own, two of them with a small disk; there is no gateway. */
async function startFleet(t: TestContext): Promise<EdgeFleet> {
  const folder = temporaryFolder('edge-fleet');
  const devices = [0, 1, 2, 3].map((index) => ({
    ...{ deviceId: `camera-${index}`, index, token: 'none', url: 'mqtt://127.0.0.1:9' },
    ...{ folder: join(folder.path, `camera-${index}`), quota, idleMs: 0 },
    ...{ hasSmallDisk: index < 2, isUnruly: false },
  }));
  const settings = { seed: 1, startsAt: Date.now() - hourMs, recordsPerSecond: 1_000 };
  const fleet = new EdgeFleet({ folder: folder.path, processes: 1, devices, settings });
  t.after(async () => {
    await fleet.stop();
    folder.remove();
  });
  await fleet.start();
  await waitFor('all records are made', () => fleet.status().isQuotaMade);
  return fleet;
}

test('a full disk refuses writes, and what it lost by that is on disk as declared', async (t) => {
  const fleet = await startFleet(t);
  await fillDisks(fleet);
  const { refused, declared } = fleet.status();
  assert.ok(refused > 0);
  assert.ok(declared > 0);

  await fleet.stop();
  for (const { made, syncedBelow, hasEnded } of fleet.readJournals().diaries.values()) {
    assert.ok(hasEnded);
    assert.ok(syncedBelow >= made);
  }
});
