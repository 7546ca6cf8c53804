import type { Logger } from './logger.ts';

/** Anything with a life: constructors do nothing, these two do. */
export interface Lifecycle {
  start(): Promise<unknown>;
  stop(): Promise<void>;
}

export interface RunServiceOptions {
  readonly logger: Logger;
  /** Drains from source to sink. */
  readonly stop: () => Promise<void>;
  /** A drain that takes longer is cut off with exit code 1. */
  readonly drainTimeoutMs?: number;
}

/** Signals within this time of each other are one: npm and the terminal both send it. */
const sameSignalMs = 1_000;

/**
 * Stops the service on SIGINT, SIGTERM, SIGHUP, or when the parent process is gone (its IPC channel closes),
 * and exits: 0 after a complete drain. A second signal, more than a second later, exits at once.
 */
export function stopOnSignal({ logger, stop, drainTimeoutMs = 20_000 }: RunServiceOptions): void {
  let stoppingSince: number | undefined;
  const begin = (signal: string) => {
    const now = performance.now();
    if (stoppingSince !== undefined) {
      if (now - stoppingSince > sameSignalMs) process.exit(130);
      return;
    }
    stoppingSince = now;
    logger.info({ signal }, 'draining');
    const timer = setTimeout(() => {
      logger.error({ drainTimeoutMs }, 'drain took too long');
      process.exit(1);
    }, drainTimeoutMs);
    stop().then(
      () => {
        clearTimeout(timer);
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'drain failed');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => begin(signal));
  if (process.channel !== undefined) process.once('disconnect', () => begin('parent_gone'));
}

/** Starts in order; if one fails, stops those that had started, last first, and rethrows. */
export async function startAll(parts: readonly Lifecycle[]): Promise<void> {
  const started: Lifecycle[] = [];
  try {
    for (const part of parts) {
      await part.start();
      started.push(part);
    }
  } catch (error) {
    for (const part of started.reverse()) await part.stop().catch(() => undefined);
    throw error;
  }
}

/**
 * The life of a service: starts its parts in order, and on a signal (see `stopOnSignal`) stops them, last first. A
 * signal that comes while they start is heeded once they have. Rejects where one can't start; the caller then exits.
 */
export async function runParts(
  parts: readonly Lifecycle[],
  { logger }: Pick<RunServiceOptions, 'logger'>,
): Promise<void> {
  const started = startAll(parts);
  stopOnSignal({
    logger,
    stop: async () => {
      await started;
      for (const part of parts.toReversed()) await part.stop();
    },
  });
  await started;
}
