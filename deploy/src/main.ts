import { writeFile } from 'node:fs/promises';
import { runCommand, type ParseContext } from '@emotion-fleet/command-line';
import { parseOptions } from './options.ts';
import { stackStatus, startStack, stopStack } from './stack.ts';
import type { ServerState, StackState } from './stack-state.ts';

const names = { kafka: 'Kafka', cassandra: 'Cassandra' };

async function main(argv: readonly string[], context: ParseContext): Promise<void> {
  const options = parseOptions(argv, context);
  if (options === undefined) return;
  const { action, dataDirectory, jsonFile } = options;
  const startedAt = performance.now();
  const say = (server: keyof typeof names, { address, pid }: ServerState) =>
    console.log(`${names[server]} serves at ${address} (process ${pid}).`);

  let state: StackState;
  if (action === 'start') {
    const interruption = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => interruption.abort());
    }
    state = await startStack(dataDirectory, {
      interrupted: interruption.signal,
      onJars: ({ server, fetched, state }) => {
        if (state === 'done') console.log(`${names[server]}: jars complete.`);
        else if (fetched % 10 === 0)
          console.log(`${names[server]}: ${fetched} jars fetched by Maven ...`);
      },
      onReady: (server) => console.log(`${names[server]} is up.`),
    });
  } else if (action === 'stop') {
    await stopStack(dataDirectory);
    state = {};
  } else {
    state = await stackStatus(dataDirectory);
  }

  for (const server of ['kafka', 'cassandra'] as const) {
    const running = state[server];
    if (running === undefined) console.log(`${names[server]} does not run.`);
    else say(server, running);
  }
  if (jsonFile !== undefined) await writeFile(jsonFile, `${JSON.stringify(state, null, 2)}\n`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (action === 'start') console.log(`Ready in ${seconds} s; data in ${dataDirectory}.`);
  const isIncomplete = state.kafka === undefined || state.cassandra === undefined;
  if (action === 'status' && isIncomplete) process.exitCode = 1;
}

await runCommand(main);
