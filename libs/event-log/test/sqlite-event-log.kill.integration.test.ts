import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { logTopics } from '@emotion-fleet/contracts';
import { SqliteEventLog } from '../src/index.ts';
import { eventually } from './eventually.ts';
import { TemporaryFolder } from './temporary-folder.ts';

const program = fileURLToPath(new URL('appending-process.ts', import.meta.url));

it('has everything acked after kill -9, once, at each of several points', async () => {
  using folder = new TemporaryFolder();
  let seed = 20_260_101;
  for (let round = 0; round < 4; round++) {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const file = folder.file(`log-${round}.sqlite`);
    const acked = await appendUntilKilled(file, 1 + (seed % 2_000));
    const stored = await readAll(file);
    const counts = new Map<string, number>();
    for (const value of stored) counts.set(value, (counts.get(value) ?? 0) + 1);
    assert.deepEqual(
      acked.filter((value) => counts.get(value) !== 1),
      [],
    );
    assert.ok([...counts.values()].every((count) => count === 1));
  }
});

/** Kills the child without warning once it has reported `entries` acks; resolves to all it reported. */
async function appendUntilKilled(file: string, entries: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let lines = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    lines += text.split('\n').length - 1;
    if (lines >= entries) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return output.slice(0, output.lastIndexOf('\n')).split('\n');
}

async function readAll(file: string): Promise<string[]> {
  const log = new SqliteEventLog({ file });
  await log.start();
  const values: string[] = [];
  const consumer = log.createConsumer({
    groupId: 'reader',
    topics: [logTopics.faceEmotions],
    from: 'start',
    onBatch: async ({ entries }) => {
      values.push(...entries.map((entry) => Buffer.from(entry.value!).toString()));
    },
  });
  await consumer.start();
  await eventually(async () => (await consumer.lag()) === 0);
  await consumer.stop();
  await log.stop();
  return values;
}
