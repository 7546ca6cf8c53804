import { parseArgs } from 'node:util';
import { OperatorError } from '@emotion-fleet/service';

export const usage = `Usage: npm run evaluate -- --data DIR [--json FILE]

Measures the agent's own detectors and emotion classifiers on labelled pictures:
DIR/detection/frames/*.jpg with DIR/detection/boxes.json, and DIR/emotion/<class>/*.jpg.

  --data DIR            the labelled pictures
  --json FILE           write the report there as JSON
  --yunet FILE          measure YuNet, too
  --mobilefacenet FILE  measure OpenCV's MobileFaceNet, too
  --models DIR          where npm run models -- fetch has put those files (default .cache/models);
                        what is there is measured without being named`;

export interface EvaluateOptions {
  readonly data: string;
  readonly models: string;
  readonly json?: string;
  readonly yunet?: string;
  readonly mobilefacenet?: string;
}

/** Reads the command line; undefined where help is asked for. @throws OperatorError `usage` */
export function parseOptions(argv: readonly string[]): EvaluateOptions | undefined {
  const text = { type: 'string' } as const;
  let values;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        ...{ data: text, json: text, yunet: text, mobilefacenet: text },
        models: { ...text, default: '.cache/models' },
        help: { type: 'boolean', default: false },
      },
    }));
  } catch (cause) {
    throw usageError(cause instanceof Error ? cause.message.split('. ')[0]! : String(cause), cause);
  }
  const { help, data, ...rest } = values;
  if (help) return undefined;
  if (data === undefined) throw usageError('Say where the labelled pictures are: --data DIR');
  return { ...rest, data };
}

function usageError(text: string, cause?: unknown): OperatorError {
  return new OperatorError('usage', `${text}. See npm run evaluate -- --help.`, { cause });
}
