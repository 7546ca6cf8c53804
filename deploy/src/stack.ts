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
    const started: Starting['started'] = [];
    const starting = { folder, progress, started, note: stateWriter(folder, before) };
    const stopStarted = () => Promise.allSettled(started.map((server) => server.stop()));
    progress.interrupted?.addEventListener('abort', () => void stopStarted());
    try {
      const [kafka, cassandra] = await allOrFirstError([
        before.kafka ? serving(before.kafka) : startServer('kafka', starting),
        before.cassandra ? serving(before.cassandra) : startServer('cassandra', starting),
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
  return {
    ...(kafka !== undefined && (await serves(kafka)) && { kafka }),
    ...(cassandra !== undefined && (await serves(cassandra)) && { cassandra }),
  };
}

function serves({ address }: ServerState): Promise<boolean> {
  return accepts(Number(address.split(':')[1]));
}

const servers = { kafka: KafkaServer, cassandra: CassandraServer };

type Note = (name: keyof StackState, server: ServerState) => Promise<void>;

interface Starting {
  readonly folder: string;
  readonly progress: StackProgress;
  /** What has to be stopped where another one fails. */
  readonly started: { stop(): Promise<void> }[];
  readonly note: Note;
}

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
  if (await waitUntil(() => serves(server), bootTimeoutMs)) return server;
  const sentence = `Process ${String(server.pid)} runs but serves nothing at ${server.address}: npm run stack -- stop, then start again.`;
  throw new OperatorError('not_ready', sentence);
}

async function startServer(
  name: keyof StackState,
  { folder, progress, started, note }: Starting,
): Promise<ServerState> {
  const { onJars, onReady } = progress;
  const { promise: spawned, resolve } = Promise.withResolvers<ServerState>();
  const server = new servers[name]({
    ...{ dataDirectory: join(folder, name), owned: false },
    onSpawned: async (state) => {
      resolve(state);
      await note(name, state);
    },
    ...(onJars !== undefined && { onProgress: onJars }),
  });
  started.push(server);
  await server.start();
  const state = await spawned;
  onReady?.(name, state);
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
