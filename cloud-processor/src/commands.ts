import { runCommands } from './commands/program.ts';
import { askOnTerminal, runOnTerminal } from './commands/terminal.ts';

/** npm and the terminal both send it: within this time it is one. */
const sameSignalMs = 1_000;
const abort = new AbortController();
let abortedAt = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!abort.signal.aborted) abortedAt = performance.now();
    else if (performance.now() - abortedAt > sameSignalMs) process.exit(130);
    abort.abort();
  });
}

process.exitCode = 1;
void runCommands(
  process.argv.slice(2),
  {
    writeOut: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
    ...(process.stdin.isTTY && process.stdout.isTTY && { confirm: askOnTerminal }),
    run: runOnTerminal,
    signal: abort.signal,
  },
  process.env,
).then((exitCode) => {
  process.exitCode = exitCode;
});
