import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SqliteObservationStore } from '@emotion-fleet/observation-store';
import { temporaryFolder } from './temporary-folder.ts';

const batchRows = 20;

/** Starts a writer and kills it (SIGKILL) after `promises` promised batches. @returns the first seqs promised */
async function writeAndKill(directory: string, from: number, promises: number): Promise<number[]> {
  const script = fileURLToPath(new URL('write-until-killed.ts', import.meta.url));
  const child = spawn(process.execPath, [script, directory, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  const promised: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    promised.push(Number(line));
    if (promised.length === promises) child.kill('SIGKILL');
  }
  const [, signal] = (await gone) as [number | null, string | null];
  assert.equal(signal, 'SIGKILL');
  return promised;
}

test('every write that was promised before a kill -9 is there afterwards, once, and the lock is gone', async () => {
  const { path, remove } = await temporaryFolder();
  try {
    // Fixed points, early, in the middle of a group of writes, and after a checkpoint of the WAL.
    for (const [round, promises] of [1, 6, 31, 150].entries()) {
      const from = round * 1_000_000;
      const promised = await writeAndKill(path, from, promises);
      assert.ok(promised.length >= promises);
      const store = new SqliteObservationStore({ directory: path });
      await store.start();
      const rows = await store.readRecords({ deviceId: 'cam-1', from: 0, to: 4e12 });
      await store.stop();
      const seqs = rows.map((row) => row.record.seq);
      const stored = new Set(seqs);
      assert.equal(stored.size, seqs.length);
      for (const first of promised) {
        for (let seq = first; seq < first + batchRows; seq++) assert.ok(stored.has(seq), `${seq}`);
      }
      // A batch is there whole or not at all.
      assert.equal(seqs.filter((seq) => seq >= from).length % batchRows, 0);
    }
  } finally {
    await remove();
  }
});
