import { ClackPrompts } from './clack-prompts.ts';
import { runFleet } from './fleet.ts';
import type { Terminal } from './terminal.ts';

const isTerminal = process.stdin.isTTY && process.stdout.isTTY;

// A terminal that goes away in the middle of a question leaves it unanswered: that is a failure, too.
process.exitCode = 1;
const terminal: Terminal = {
  writeOut: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  now: Date.now,
  ...(isTerminal && { prompts: new ClackPrompts() }),
};
void runFleet(process.argv.slice(2), terminal, process.env).then((exitCode) => {
  process.exitCode = exitCode;
});
