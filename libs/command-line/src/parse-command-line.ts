import { CommanderError, type Command } from 'commander';
import { OperatorError } from '@emotion-fleet/service';

export interface ParseContext {
  readonly workingDirectory: string;
  /** Where help goes. */
  readonly write: (text: string) => void;
}

/**
 * Reads a command line into a program and its commands, whose actions run at once. False where help was asked for and
 * has been written.
 *
 * @throws OperatorError `usage`: one sentence that says what is wrong, and how to get help
 */
export function parseCommandLine(
  program: Command,
  argv: readonly string[],
  { write }: Pick<ParseContext, 'write'>,
): boolean {
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .allowExcessArguments(false)
      .showSuggestionAfterError(false)
      .configureOutput({ writeOut: write, writeErr: () => undefined });
  }
  try {
    program.parse([...argv], { from: 'user' });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return false;
    throw new OperatorError(
      'usage',
      `${sentenceOf(error, program)} See ${program.name()} --help.`,
      {
        cause: error,
      },
    );
  }
}

function sentenceOf({ code, message }: CommanderError, program: Command): string {
  if (code === 'commander.help') {
    return `Say what to do: ${program.commands.map((command) => command.name()).join(', ')}.`;
  }
  const text = message
    .replace(/^error: /, '')
    .replace(/\s+/g, ' ')
    .trim();
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
