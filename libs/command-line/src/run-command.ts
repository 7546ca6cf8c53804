import { describeError, OperatorError } from '@emotion-fleet/service';
import type { ParseContext } from './parse-command-line.ts';

/**
 * Runs what a person typed. Where it fails, what went wrong is said on standard error, and the process's exit code
 * becomes 1, or 2 for wrong usage; a command that ends without an error may set one itself.
 */
export async function runCommand(
  command: (argv: readonly string[], context: ParseContext) => Promise<void>,
): Promise<void> {
  const write = (text: string) => void process.stdout.write(text);
  try {
    await command(process.argv.slice(2), { workingDirectory: process.cwd(), write });
  } catch (error) {
    process.stderr.write(`${describeError(error)}\n`);
    const isWrongUsage = error instanceof OperatorError && error.code === 'usage';
    process.exitCode = isWrongUsage ? 2 : 1;
  }
}
