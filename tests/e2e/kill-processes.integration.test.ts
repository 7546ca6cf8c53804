import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Summary } from '@emotion-fleet/contracts/api';
import { FileOutbox, FolderFiles } from '@emotion-fleet/edge-agent/device';
import { silentLogger } from '@emotion-fleet/service';
import { auditDataFolder } from '../support/data-folder.ts';
import { FleetProcess } from '../support/fleet-process.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait.ts';

const agentKills = 5;
const fleetKills = 4;

test(`no record is lost or doubled when npm start dies ${fleetKills} times and its agents ${agentKills} times`, async (t) => {
  const folder = temporaryFolder('kill-processes');
  const random = seededRandom(7);
  let fleet = new FleetProcess({ dataDirectory: folder.path });
  t.after(async () => {
    await fleet.signal('SIGKILL');
    await waitFor('the agents are gone', () => agentsOf(folder.path).length === 0);
    folder.remove();
  });
  await fleet.start();

  for (let kill = 0; kill < agentKills; kill++) {
    const before = await storedCount(fleet);
    await waitFor('records come in', async () => (await storedCount(fleet)) > before + 20);
    const pids = await waitFor('all agents run', () => {
      const running = agentsOf(folder.path);
      return running.length === 6 && running;
    });
    process.kill(pids[Math.floor(random() * pids.length)]!, 'SIGKILL');
  }
  for (let kill = 0; kill < fleetKills; kill++) {
    const before = await storedCount(fleet);
    const more = 5 + Math.floor(random() * 60);
    await waitFor('records come in', async () => (await storedCount(fleet)) > before + more);
    assert.equal(await fleet.signal('SIGKILL'), 'SIGKILL');
    await waitFor('the agents end without their parent', () => agentsOf(folder.path).length === 0);
    fleet = new FleetProcess({ dataDirectory: folder.path });
    await fleet.start();
  }
  const before = await storedCount(fleet);
  await waitFor('records come in', async () => (await storedCount(fleet)) > before + 50);
  await waitFor(
    'earlier runs are out of every outbox',
    async () => (await coverageOf(fleet)).pending < 30,
  );
  assert.equal(await fleet.signal('SIGINT'), 0, fleet.output);

  for (const deviceId of readdirSync(join(folder.path, 'agents'))) {
    assert.equal(await waitingIn(join(folder.path, 'agents', deviceId, 'outbox')), 0, deviceId);
  }
  const { ledger, rollupDifferences, logged, stored, ...faults } = await auditDataFolder(
    folder.path,
  );
  assert.deepEqual(faults, { missing: [], unknown: [], doubled: [], changed: [] });
  assert.ok(logged > 300 && logged === stored, `${logged} logged, ${stored} stored`);
  assert.deepEqual(ledger, {
    ...{ stored, declared: 0, rejected: 0, pending: 0, stranded: 0, unexplained: 0 },
  });
  assert.deepEqual(rollupDifferences, []);
});

async function coverageOf(fleet: FleetProcess): Promise<Summary['coverage']> {
  const [from, to] = [-1, 1].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
  return (await fleet.get<Summary>(`/fleet/summary?from=${from}&to=${to}`)).coverage;
}

async function storedCount(fleet: FleetProcess): Promise<number> {
  return (await coverageOf(fleet)).stored;
}

/** Processes of agents whose data lies in this folder. */
function agentsOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('edge-agent') &&
          readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Records that an outbox of a stopped agent still holds. */
async function waitingIn(folder: string): Promise<number> {
  const logger = silentLogger();
  const clock = { nowMs: () => performance.now(), offset: undefined };
  const outbox = new FileOutbox({
    ...{ clock, logger, modelId: 'audit', runId: crypto.randomUUID() },
    files: new FolderFiles({ folder }),
  });
  await outbox.start();
  const { records } = outbox.status();
  await outbox.stop();
  return records;
}
