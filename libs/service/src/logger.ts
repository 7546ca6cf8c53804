import { pino, type Logger, type DestinationStream } from 'pino';

export type { Logger };

export interface LoggerOptions {
  /** Which service speaks, for example `gateway`. */
  readonly service: string;
  readonly level?: string;
  /** Where lines go; standard output by default. */
  readonly destination?: DestinationStream;
}

/** A structured logger: one JSON object a line, fields first, then a constant message. */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const options = { level, base: { service } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** A logger that says nothing, for tests. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
