import { join } from 'node:path';
import { sparkCommand } from '../../cloud-processor/spark/spark-runtime.ts';
import type { BenchContext } from '../harness/bench.ts';
import type { BenchStack } from '../harness/bench-stack.ts';
import { LineProcess } from '../harness/line-process.ts';
import { peerFile } from '../harness/peers.ts';

const keyspace = 'bench_spark';

/** Spark with raw rows alone; the function lets it read what is new in the log and gives its rows a second. */
export async function startSpark(
  { cleanup }: BenchContext,
  stack: BenchStack,
): Promise<() => Promise<number>> {
  const { command, parameters, environment } = await sparkCommand(
    peerFile('spark-raw/raw_rows.py'),
  );
  await (await stack.openStore(keyspace)).stop(); // Makes the tables.
  const contactPoint = stack.contactPoint.split(':');
  const checkpoint = join(stack.folder, 'spark-checkpoint');
  const spark = new LineProcess({
    command,
    parameters: [...parameters, stack.broker, ...contactPoint, keyspace, checkpoint],
    environment,
  });
  cleanup.add(() => spark.stop());
  return async () => Number(await spark.ask());
}
