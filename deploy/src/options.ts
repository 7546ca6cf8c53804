import {
  Command,
  parseCommandLine,
  pathFrom,
  type ParseContext,
} from '@emotion-fleet/command-line';

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

/** Reads the command line; undefined where help was asked for and has been written. @throws OperatorError `usage` */
export function parseOptions(
  argv: readonly string[],
  context: ParseContext,
): StackOptions | undefined {
  const file = pathFrom(context.workingDirectory);
  let chosen: StackOptions | undefined;
  const program = new Command('npm run stack --').description(
    'Real Kafka and Cassandra on this machine (loopback, free ports), without Docker.',
  );
  for (const action of Object.keys(actions) as (keyof typeof actions)[]) {
    program
      .command(action)
      .description(actions[action])
      .option('--data <folder>', 'where their data is (default: data/stack)', file)
      .option('--json <file>', 'write addresses and process ids there as JSON', file)
      .action(({ data = file('data/stack'), json }: { data?: string; json?: string }) => {
        chosen = { action, dataDirectory: data, ...(json !== undefined && { jsonFile: json }) };
      });
  }
  return parseCommandLine(program, argv, context) ? chosen : undefined;
}
