import { ClackPrompts } from './clack-prompts.ts';
import { runFleet } from './fleet.ts';

const isTerminal = process.stdin.isTTY && process.stdout.isTTY;

process.exitCode = await runFleet(process.argv.slice(2), {
  writeOut: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  now: Date.now,
  ...(isTerminal && { prompts: new ClackPrompts() }),
});
