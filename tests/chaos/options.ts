import {
  Command,
  parseCommandLine,
  pathFrom,
  wholeNumber,
  type ParseContext,
} from '@emotion-fleet/command-line';

export interface ChaosOptions {
  readonly seed: number;
  /** Distinct records of all kinds that there shall be at the least. */
  readonly detections: number;
  readonly devices: number;
  /** Absolute path of the report. */
  readonly json?: string;
}

/** Reads the command line; undefined where help was asked for and has been written. @throws OperatorError `usage` */
export function parseOptions(
  argv: readonly string[],
  context: ParseContext,
): ChaosOptions | undefined {
  const program = new Command('npm run chaos --')
    .description(
      'Starts Kafka, Cassandra, gateways, processors and simulated devices of its own, breaks them at random moments ' +
        'while records flow, and then accounts for every record. Needs Java 17 and Maven.',
    )
    .option(
      '--seed <number>',
      'which faults at which moments, and which records',
      wholeNumber({ least: 0 }),
      1,
    )
    .option(
      '--detections <number>',
      'distinct records at the least',
      wholeNumber({ least: 1_000 }),
      200_000,
    )
    .option('--devices <number>', 'simulated devices', wholeNumber({ least: 4 }), 200)
    .option('--json <file>', 'write the report there, too', pathFrom(context.workingDirectory))
    .addHelpText(
      'after',
      '\nExit code 1 where anything is lost, doubled or unexplained, or where rollups differ.',
    );
  return parseCommandLine(program, argv, context) ? program.opts<ChaosOptions>() : undefined;
}
