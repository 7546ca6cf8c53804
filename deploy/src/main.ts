import { writeFile } from 'node:fs/promises';
import { describeError } from '@emotion-fleet/service';
import { parseOptions } from './options.ts';
import { stackStatus, startStack, stopStack } from './stack.ts';
import type { ServerState, StackState } from './stack-state.ts';

const names = { kafka: 'Kafka', cassandra: 'Cassandra' };

async function main(): Promise<number> {
  const write = (text: string) => void process.stdout.write(text);
  const context = { workingDirectory: process.cwd(), write };
  const options = parseOptions(process.argv.slice(2), context);
  if (options === undefined) return 0;
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
  return action === 'status' && (state.kafka === undefined || state.cassandra === undefined)
    ? 1
    : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
