import {
  Command,
  parseCommandLine,
  pathFrom,
  wholeNumber,
  type ParseContext,
} from '@emotion-fleet/command-line';

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

/** Reads the command line; undefined where help was asked for and has been written. @throws OperatorError `usage` */
export function parseOptions(
  argv: readonly string[],
  context: ParseContext,
): BenchOptions | undefined {
  const file = pathFrom(context.workingDirectory);
  let chosen: BenchOptions | undefined;
  const program = new Command('npm run bench --').description(
    'Measures a part of the fleet beside its peers, in one run, on a stack of its own.',
  );
  for (const bench of Object.keys(benches) as BenchName[]) {
    const command = program.command(bench);
    if (bench === 'edge') {
      command
        .option('--data <folder>', 'labelled pictures in place of photographs of a package', file)
        .option('--python', 'OpenCV Haar and fer too, in an environment of their own');
    }
    command
      .description(benches[bench])
      .option('--json <file>', 'write the report there as JSON', file)
      .option(
        '--rounds <number>',
        'how often each figure is taken',
        wholeNumber({ least: 1, most: 50 }),
        5,
      )
      .action(({ json, rounds, data, python = false }: ParsedOptions) => {
        chosen = {
          ...{ bench, rounds, withPython: python },
          ...(json !== undefined && { jsonFile: json }),
          ...(data !== undefined && { dataDirectory: data }),
        };
      });
  }
  return parseCommandLine(program, argv, context) ? chosen : undefined;
}
