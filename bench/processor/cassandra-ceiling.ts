import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchContext } from '../harness/bench.ts';
import type { BenchStack } from '../harness/bench-stack.ts';
import { LineProcess } from '../harness/line-process.ts';
import { peerFile, peerJars } from '../harness/peers.ts';

const run = promisify(execFile);
const keyspace = 'bench_java';
const rowsPerBatch = 50;
const batchesInFlight = 16;

/** What Cassandra takes from its own driver; the function gives the rows a second of a round. */
export async function startCeiling(
  { cleanup, say }: BenchContext,
  { stack, rows }: { stack: BenchStack; rows: number },
): Promise<() => Promise<number>> {
  const classpath = join(await peerJars('cassandra-ceiling', say), '*');
  const classes = join(stack.folder, 'classes');
  const source = peerFile('cassandra-ceiling/CassandraCeiling.java');
  await run('javac', ['-cp', classpath, '-d', classes, source]);
  await (await stack.openStore(keyspace)).stop(); // Makes the tables.
  const port = stack.contactPoint.split(':')[1] ?? '';
  const sizes = [rows, rowsPerBatch, batchesInFlight].map(String);
  const ceiling = new LineProcess({
    command: 'java',
    parameters: [
      '-Xmx512m',
      '-cp',
      `${classes}:${classpath}`,
      'CassandraCeiling',
      port,
      keyspace,
    ].concat(sizes),
  });
  cleanup.add(() => ceiling.stop());
  return async () => Number(await ceiling.ask());
}
