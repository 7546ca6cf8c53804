import {
  Command,
  parseCommandLine,
  pathFrom,
  type ParseContext,
} from '@emotion-fleet/command-line';

export interface EvaluateOptions {
  readonly data: string;
  readonly models: string;
  readonly json?: string;
  readonly yunet?: string;
  readonly mobilefacenet?: string;
}

/** Reads the command line; undefined where help was asked for and has been written. @throws OperatorError `usage` */
export function parseOptions(
  argv: readonly string[],
  context: ParseContext,
): EvaluateOptions | undefined {
  const file = pathFrom(context.workingDirectory);
  const program = new Command('npm run evaluate --')
    .description(
      "Measures the agent's own detectors and emotion classifiers on labelled pictures: " +
        'DIR/detection/frames/*.jpg with DIR/detection/boxes.json, and DIR/emotion/<class>/*.jpg.',
    )
    .requiredOption('--data <dir>', 'the labelled pictures', file)
    .option('--json <file>', 'write the report there as JSON', file)
    .option('--yunet <file>', 'measure YuNet, too', file)
    .option('--mobilefacenet <file>', "measure OpenCV's MobileFaceNet, too", file)
    .option(
      '--models <dir>',
      'where npm run models -- fetch has put those files (default: .cache/models); what is there is measured without being named',
      file,
    );
  if (!parseCommandLine(program, argv, context)) return undefined;
  return { models: file('.cache/models'), ...program.opts<Omit<EvaluateOptions, 'models'>>() };
}
