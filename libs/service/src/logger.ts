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
  return pino(options, destination ?? standardOutput());
}

/**
 * Line by line, with nothing left over at the exit: pino's own way writes the rest then, and tries for ever where
 * nobody reads any more (sonic-boom 4.2.1), so that a service outlives the process that it has to end with.
 */
function standardOutput(): DestinationStream {
  return pino.destination({ fd: 1, sync: true });
}

/** A logger that says nothing, for tests. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
