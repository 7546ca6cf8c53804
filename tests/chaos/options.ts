import { isAbsolute, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { OperatorError } from '@emotion-fleet/service';

export interface ChaosOptions {
  readonly seed: number;
  /** Distinct records of all kinds that there shall be at the least. */
  readonly detections: number;
  readonly devices: number;
  /** Absolute path of the report. */
  readonly jsonFile?: string;
}

export const chaosDefaults: ChaosOptions = { seed: 1, detections: 200_000, devices: 200 };

export const help = `Usage: npm run chaos -- [options]

Starts Kafka, Cassandra, gateways, processors and simulated devices of its own, breaks them at random
moments while records flow, and then accounts for every record. Needs Java 17 and Maven.

Options:
  --seed N        which faults at which moments, and which records (default: ${chaosDefaults.seed})
  --detections N  distinct records at the least (default: ${chaosDefaults.detections})
  --devices N     simulated devices (default: ${chaosDefaults.devices})
  --json FILE     write the report there, too
  --help          this text

Exit code 1 where anything is lost, doubled or unexplained, or where rollups differ.
`;

/** Reads the command line; undefined where help was asked for. @throws OperatorError `usage` */
export function parseOptions(
  argv: readonly string[],
  workingDirectory: string,
): ChaosOptions | undefined {
  const text = { type: 'string' } as const;
  const options = { seed: text, detections: text, devices: text, json: text };
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      strict: true,
    });
    if (values.help === true) return undefined;
    const { json } = values;
    return {
      seed: wholeNumber('seed', values.seed, { fallback: chaosDefaults.seed, least: 0 }),
      detections: wholeNumber('detections', values.detections, {
        fallback: chaosDefaults.detections,
        least: 1_000,
      }),
      devices: wholeNumber('devices', values.devices, {
        fallback: chaosDefaults.devices,
        least: 4,
      }),
      ...(json !== undefined && {
        jsonFile: isAbsolute(json) ? json : resolve(workingDirectory, json),
      }),
    };
  } catch (error) {
    if (error instanceof OperatorError) throw error;
    const reason = error instanceof Error ? error.message.split('.')[0] : String(error);
    throw usage(reason ?? '', error);
  }
}

function wholeNumber(
  name: string,
  text: string | undefined,
  { fallback, least }: { fallback: number; least: number },
): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw usage(`--${name} takes a whole number from ${least} on`);
}

function usage(sentence: string, cause?: unknown): OperatorError {
  return new OperatorError('usage', `${sentence}. See npm run chaos -- --help.`, { cause });
}
