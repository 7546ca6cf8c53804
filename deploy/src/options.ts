import { isAbsolute, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { OperatorError } from '@emotion-fleet/service';

const actions = {
  start: 'start Kafka and Cassandra, or those of them that do not run, and leave them running',
  stop: 'stop both',
  status: 'say what runs, and where; exit code 1 unless both do',
} as const;

export interface StackOptions {
  readonly action: keyof typeof actions;
  /** Absolute path. */
  readonly dataDirectory: string;
  /** Absolute path of a report in JSON. */
  readonly jsonFile?: string;
}

export interface ParseContext {
  readonly workingDirectory: string;
  readonly write: (text: string) => void;
}

/** Reads the command line; undefined where help was asked for and has been written. @throws OperatorError `usage` */
export function parseOptions(
  argv: readonly string[],
  { workingDirectory, write }: ParseContext,
): StackOptions | undefined {
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(workingDirectory, path));
  let chosen: StackOptions | undefined;
  const program = new Command('npm run stack --').description(
    'Real Kafka and Cassandra on this machine (loopback, free ports), without Docker.',
  );
  for (const action of Object.keys(actions) as (keyof typeof actions)[]) {
    program
      .command(action)
      .description(actions[action])
      .option('--data <folder>', 'where their data is', 'data/stack')
      .option('--json <file>', 'write addresses and process ids there as JSON')
      .action(({ data, json }: { data: string; json?: string }) => {
        const jsonFile = json === undefined ? {} : { jsonFile: absolute(json) };
        chosen = { action, dataDirectory: absolute(data), ...jsonFile };
      });
  }
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError(false)
      .configureOutput({ writeOut: write, writeErr: () => undefined });
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw usage(error);
  }
  return chosen;
}

function usage(error: CommanderError): OperatorError {
  const text =
    error.code === 'commander.help'
      ? 'Say what to do: start, stop or status'
      : error.message.replace(/^error: /, '').trim();
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
  return new OperatorError('usage', `${sentence} See npm run stack -- --help.`, { cause: error });
}
