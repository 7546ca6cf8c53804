import { isAbsolute, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { OperatorError } from '@emotion-fleet/service';

const benches = {
  edge: 'a picture to faces and emotions, beside human, face-api, and in Python OpenCV and fer',
  gateway: 'records acked after Kafka, beside bare kafkajs and ProducerPerformance',
  processor: 'records into the store, beside a raw-only chain, the Java driver and Spark',
  windows: 'CPU and memory for the windows of 10,000 cameras, with nothing behind the processor',
} as const;
export type BenchName = keyof typeof benches;

export interface BenchOptions {
  readonly bench: BenchName;
  readonly rounds: number;
  /** Absolute path of a report in JSON. */
  readonly jsonFile?: string;
  /** Absolute path of labelled pictures, `detection/frames/*.jpg` and `detection/boxes.json` in it; edge only. */
  readonly dataDirectory?: string;
  /** With the peers in Python; edge only. */
  readonly withPython: boolean;
}

interface ParsedOptions {
  readonly json?: string;
  readonly rounds: number;
  readonly data?: string;
  readonly python?: boolean;
}

export interface ParseContext {
  readonly workingDirectory: string;
  readonly write: (text: string) => void;
}

/** Reads the command line; undefined where help was asked for and has been written. @throws OperatorError `usage` */
export function parseOptions(
  argv: readonly string[],
  { workingDirectory, write }: ParseContext,
): BenchOptions | undefined {
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(workingDirectory, path));
  let chosen: BenchOptions | undefined;
  const program = new Command('npm run bench --').description(
    'Measures a part of the fleet beside its peers, in one run, on a stack of its own.',
  );
  for (const bench of Object.keys(benches) as BenchName[]) {
    const command = program.command(bench);
    if (bench === 'edge') {
      command
        .option('--data <folder>', 'labelled pictures in place of the photographs of a package')
        .option('--python', 'OpenCV Haar and fer too, in an environment of their own');
    }
    command
      .description(benches[bench])
      .option('--json <file>', 'write the report there as JSON')
      .option('--rounds <number>', 'how often each figure is taken', toCount, 5)
      .action(({ json, rounds, data, python = false }: ParsedOptions) => {
        chosen = {
          ...{ bench, rounds, withPython: python },
          ...(json !== undefined && { jsonFile: absolute(json) }),
          ...(data !== undefined && { dataDirectory: absolute(data) }),
        };
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

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 50) {
    throw new InvalidArgumentError('It must be a whole number from 1 to 50.');
  }
  return count;
}

function usage(error: CommanderError): OperatorError {
  const text =
    error.code === 'commander.help'
      ? `Say what to measure: ${Object.keys(benches).join(', ')}`
      : error.message.replace(/^error: /, '').trim();
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
  return new OperatorError('usage', `${sentence} See npm run bench -- --help.`, { cause: error });
}
