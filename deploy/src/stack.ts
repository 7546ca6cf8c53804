import { join } from 'node:path';
import { OperatorError } from '@emotion-fleet/service';
import { CassandraServer } from './cassandra-server.ts';
import type { JarsProgress } from './jars.ts';
import { KafkaServer } from './kafka-server.ts';
import { accepts, endProcess } from './processes.ts';
import { alone, readState, writeState, type ServerState, type StackState } from './stack-state.ts';
import { requireStack } from './toolchain.ts';
import { waitUntil } from './wait-until.ts';

const stopGraceMs = 20_000;
/** Of a server that was spawned before. */
const bootTimeoutMs = 120_000;

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
 * @throws OperatorError `stack_unavailable`, `jars_unavailable`, `busy`, `not_ready`; CodedError `died`, `not_ready`
 */
export async function startStack(folder: string, progress: StackProgress): Promise<StackState> {
  await requireStack();
  return alone(folder, async () => {
    const before = await readState(folder);
    const started: Started = [];
    const note = stateWriter(folder, before);
    const stopStarted = () => Promise.allSettled(started.map((server) => server.stop()));
    progress.interrupted?.addEventListener('abort', () => void stopStarted());
    try {
      const [kafka, cassandra] = await allOrFirstError([
        before.kafka ? serving(before.kafka) : startKafka(folder, progress, started, note),
        before.cassandra
          ? serving(before.cassandra)
          : startCassandra(folder, progress, started, note),
      ]);
      return { kafka: kafka!, cassandra: cassandra! };
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
type Note = (name: keyof StackState, server: ServerState) => Promise<void>;

/** Keeps what was spawned, one write after the other: a start that is killed leaves no server that nobody knows. */
function stateWriter(folder: string, before: StackState): Note {
  let state = before;
  let written = Promise.resolve();
  return (name, server) => {
    state = { ...state, [name]: server };
    const now = state;
    return (written = written.then(() => writeState(folder, now)));
  };
}

/** What another start has spawned may not serve yet. @throws OperatorError `not_ready` */
async function serving(server: ServerState): Promise<ServerState> {
  const port = Number(server.address.split(':')[1]);
  if (await waitUntil(() => accepts(port), bootTimeoutMs)) return server;
  const sentence = `Process ${String(server.pid)} runs but serves nothing at ${server.address}: npm run stack -- stop, then start again.`;
  throw new OperatorError('not_ready', sentence);
}

async function startKafka(
  folder: string,
  { onJars, onReady }: StackProgress,
  started: Started,
  note: Note,
): Promise<ServerState> {
  const dataDirectory = join(folder, 'kafka');
  const server = new KafkaServer({
    ...{ dataDirectory, owned: false },
    onSpawned: (state) => note('kafka', state),
    ...(onJars !== undefined && { onProgress: onJars }),
  });
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
  note: Note,
): Promise<ServerState> {
  const dataDirectory = join(folder, 'cassandra');
  const server = new CassandraServer({
    ...{ dataDirectory, owned: false },
    onSpawned: (state) => note('cassandra', state),
    ...(onJars !== undefined && { onProgress: onJars }),
  });
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
