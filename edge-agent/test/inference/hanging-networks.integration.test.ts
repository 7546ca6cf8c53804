import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { AgentProcess } from '../agent-process.ts';
import { withTemporaryFolder } from '../models/temporary-folder.ts';
import { until } from '../until.ts';

/** Longer than an analysis may take, and than the ways in which its thread can be ended. */
const noticedWithinMs = 120_000;

const preload = new URL('hang.ts', import.meta.url).href;

/** An agent whose networks work, and then don't come back any more. */
async function withHangingAgent(
  how: 'interruptible' | 'native',
  use: (stage: { agent: AgentProcess; hangFile: string; watchdog: string }) => Promise<void>,
): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    const hangFile = path.join(folder, 'hang');
    // A plain file stands in for the device: it keeps every byte.
    const watchdog = path.join(folder, 'watchdog');
    await writeFile(watchdog, '');
    const agent = new AgentProcess({
      dataDirectory: path.join(folder, 'data'),
      modelCache: folder,
    });
    const variables = { NODE_OPTIONS: `--import ${preload}`, HANG_FILE: hangFile, HANG_HOW: how };
    try {
      await agent.start({ watchdog }, variables);
      await until(() => agent.records.some(({ kind }) => kind === 'sample'), 60_000);
      await writeFile(hangFile, '');
      await use({ agent, hangFile, watchdog });
    } finally {
      await agent.stop();
    }
  });
}

describe('an agent whose networks hang', { concurrency: true }, () => {
  it('says so, and sees again in a new run with a new thread', async () => {
    await withHangingAgent('interruptible', async ({ agent, hangFile }) => {
      const runIds = () => new Set(agent.statuses.map(({ runId }) => runId));
      const isOver = () => agent.statuses.some(({ state }) => state === 'offline');
      await until(isOver, noticedWithinMs);
      await rm(hangFile);
      await until(() => runIds().size === 2, 30_000);
      const [first, second] = [...runIds()];
      const samples = (runId: string | undefined) =>
        agent.records.filter((record) => record.kind === 'sample' && record.runId === runId);
      await until(() => samples(second).length > 0, 30_000);
      const last = agent.statuses.findLast(({ runId }) => runId === first);
      assert.equal(last?.state, 'offline');
      assert.match(last.detail ?? '', /the networks hang/);
      const presences = agent.records.filter(
        (record) => record.kind === 'presence' && record.runId === first,
      );
      let droppedFrames = 0;
      for (const presence of presences) {
        assert.ok(presence.kind === 'presence');
        const { seen, gated, analysed, dropped } = presence.frames;
        assert.equal(seen, gated + analysed + dropped);
        droppedFrames += dropped;
      }
      // In the last record or, where a minute has just ended, in the one before.
      assert.ok(droppedFrames > 0, 'the frame that was not analysed counts as dropped');
      assert.equal(agent.ending, undefined);
    });
  });

  it('ends where its thread can not be ended, with the watchdog armed and all said before, and the next one counts it', async () => {
    await withHangingAgent('native', async ({ agent, hangFile, watchdog }) => {
      await until(() => agent.ending !== undefined, noticedWithinMs);
      assert.equal(agent.ending, 'SIGKILL');
      assert.equal(agent.statuses.at(-1)?.state, 'offline');
      assert.equal(agent.records.at(-1)?.kind, 'presence');
      assert.match(agent.stderr, /thread of the networks hangs/);
      assert.match(await readFile(watchdog, 'latin1'), /^\0+$/);
      await rm(hangFile);
      await agent.start();
      await until(() => agent.statuses.at(-1)?.state === 'online', 30_000);
      const detail = agent.statuses.at(-1)?.detail ?? '';
      assert.match(detail, /the networks have hung once since \d{4}-\d\d-\d\dT\d\d:\d\dZ/);
    });
  });
});
