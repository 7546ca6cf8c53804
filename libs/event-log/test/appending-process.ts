import { logTopics } from '@emotion-fleet/contracts';
import { SqliteEventLog } from '../src/index.ts';

/** Appends numbered entries and reports each to the parent once it is acked, until it is killed. */
const [file] = process.argv.slice(2);
const log = new SqliteEventLog({ file: file! });
await log.start();
const encoder = new TextEncoder();
let next = 0;

async function appendForEver(key: string): Promise<void> {
  for (;;) {
    const values = Array.from({ length: 1 + (next % 7) }, () => `${next++}`);
    await log.append(
      logTopics.faceEmotions,
      values.map((value) => ({ key, value: encoder.encode(value) })),
    );
    process.stdout.write(values.map((value) => `${value}\n`).join(''));
  }
}

await Promise.all(['a', 'b', 'c', 'd'].map(appendForEver));
