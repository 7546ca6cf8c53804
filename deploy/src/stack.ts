import { join } from 'node:path';
import { OperatorError } from '@emotion-fleet/service';
import { CassandraServer } from './cassandra-server.ts';
import type { JarsProgress } from './jars.ts';
import { KafkaServer } from './kafka-server.ts';
import { accepts, endProcess } from './processes.ts';
import { alone, readState, writeState, type ServerState, type StackState } from './stack-state.ts';
import { requireStack } from './toolchain.ts';

const stopGraceMs = 20_000;

export interface StackProgress {
  /** Gives up: what was started here is stopped again. */
  readonly interrupted?: AbortSignal;
  readonly onJars?: (progress: JarsProgress) => void;
  readonly onReady?: (server: 'kafka' | 'cassandra', state: ServerState) => void;
}

/**
 * Starts what does not run yet and leaves it running when this process ends. Where one of them fails, the
 * other one is stopped again if it was started here.
 *
 * @throws OperatorError `stack_unavailable`, `jars_unavailable`, `busy`; CodedError `died`, `not_ready`
 */
export async function startStack(folder: string, progress: StackProgress): Promise<StackState> {
  await requireStack();
  return alone(folder, async () => {
    const before = await readState(folder);
    const started: Started = [];
    const stopStarted = () => Promise.allSettled(started.map((server) => server.stop()));
    progress.interrupted?.addEventListener('abort', () => void stopStarted());
    try {
      const [kafka, cassandra] = await allOrFirstError([
        before.kafka ?? startKafka(folder, progress, started),
        before.cassandra ?? startCassandra(folder, progress, started),
      ]);
      const state = { kafka: kafka!, cassandra: cassandra! };
      await writeState(folder, state);
      return state;
    } catch (error) {
      await stopStarted();
      if (progress.interrupted?.aborted === true) {
        throw new OperatorError('interrupted', 'Interrupted; nothing that was started runs.');
      }
      throw error;
    }
  });
}

/** Resolves to what was running. @throws OperatorError `busy` */
export async function stopStack(folder: string): Promise<StackState> {
  return alone(folder, async () => {
    const before = await readState(folder);
    const servers = [before.cassandra, before.kafka].filter((one) => one !== undefined);
    await Promise.all(servers.map(({ pid }) => endProcess(pid, stopGraceMs)));
    await writeState(folder, {});
    return before;
  });
}

/** What runs and accepts connections. */
export async function stackStatus(folder: string): Promise<StackState> {
  const { kafka, cassandra } = await readState(folder);
  const serves = async (server: ServerState | undefined) =>
    server !== undefined && (await accepts(Number(server.address.split(':')[1])));
  return {
    ...((await serves(kafka)) && kafka !== undefined && { kafka }),
    ...((await serves(cassandra)) && cassandra !== undefined && { cassandra }),
  };
}

type Started = { stop(): Promise<void> }[];

async function startKafka(
  folder: string,
  { onJars, onReady }: StackProgress,
  started: Started,
): Promise<ServerState> {
  const dataDirectory = join(folder, 'kafka');
  const onProgress = onJars === undefined ? {} : { onProgress: onJars };
  const server = new KafkaServer({ dataDirectory, owned: false, ...onProgress });
  started.push(server);
  await server.start();
  const state = { pid: server.pid ?? 0, address: server.bootstrap };
  onReady?.('kafka', state);
  return state;
}

async function startCassandra(
  folder: string,
  { onJars, onReady }: StackProgress,
  started: Started,
): Promise<ServerState> {
  const dataDirectory = join(folder, 'cassandra');
  const onProgress = onJars === undefined ? {} : { onProgress: onJars };
  const server = new CassandraServer({ dataDirectory, owned: false, ...onProgress });
  started.push(server);
  await server.start();
  const state = { pid: server.pid ?? 0, address: server.contactPoint };
  onReady?.('cassandra', state);
  return state;
}

/** Waits for all even if one fails, so that nothing is still starting when the failure is dealt with. */
async function allOrFirstError<Value>(
  work: readonly (Value | Promise<Value>)[],
): Promise<readonly Value[]> {
  const results = await Promise.allSettled(work);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
