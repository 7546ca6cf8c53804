import { fork, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lifecycle, Logger } from '@emotion-fleet/service';

export interface ManagedProcess {
  /** Also the name of its log file. */
  readonly name: string;
  readonly entryFile: string;
  /** Of Node. */
  readonly nodeFlags?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface ProcessSupervisorOptions {
  readonly processes: readonly ManagedProcess[];
  readonly logDirectory: string;
  readonly logger: Logger;
  /** Pause before a process that died is started again (default: 1 s doubling to 30 s). */
  readonly restartDelayMs?: (deaths: number) => number;
  /** One that drains longer is killed. */
  readonly stopTimeoutMs?: number;
}

/**
 * Runs agents and services as processes of their own, in process groups of their own, so that the terminal's
 * Ctrl-C reaches the launcher alone and the drain keeps its order. Each ends by itself when the launcher is
 * gone: its IPC channel closes.
 */
export class ProcessSupervisor implements Lifecycle {
  readonly #options: ProcessSupervisorOptions;
  readonly #children = new Map<string, ChildProcess>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopping = false;

  constructor(options: ProcessSupervisorOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await mkdir(this.#options.logDirectory, { recursive: true });
    for (const one of this.#options.processes) this.#spawn(one, 0);
  }

  /** Process ids by name, for those that run. */
  pids(): ReadonlyMap<string, number> {
    const pids = new Map<string, number>();
    for (const [name, child] of this.#children)
      if (child.pid !== undefined) pids.set(name, child.pid);
    return pids;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all([...this.#children.values()].map((child) => this.#end(child)));
  }

  #spawn(one: ManagedProcess, deaths: number): void {
    const { logDirectory, logger } = this.#options;
    const { name, entryFile, nodeFlags = [], environment } = one;
    const log = createWriteStream(join(logDirectory, `${name}.log`), { flags: 'a' });
    const child = fork(entryFile, [], {
      detached: true,
      env: environment,
      execArgv: [...nodeFlags],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const startedAtMs = performance.now();
    this.#children.set(name, child);
    pipeOutput(child, log);
    child.once('error', (error) => logger.error({ name, err: error }, 'process cannot be started'));
    child.once('exit', (code, signal) => {
      log.end();
      this.#children.delete(name);
      if (this.#stopping) return;
      // One that ran for a minute has proved that it can: its next death counts as the first.
      const next = performance.now() - startedAtMs > 60_000 ? 1 : deaths + 1;
      const delayMs = (this.#options.restartDelayMs ?? defaultDelayMs)(next);
      logger.warn({ name, code, signal, restartInMs: delayMs }, 'process ended');
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.#spawn(one, next);
      }, delayMs);
      this.#timers.add(timer);
    });
  }

  async #end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.#options.logger.warn({ pid: child.pid }, 'process did not drain in time');
      child.kill('SIGKILL');
    }, this.#options.stopTimeoutMs ?? 10_000);
    await exited;
    clearTimeout(timer);
  }
}

function pipeOutput(child: ChildProcess, log: WriteStream): void {
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
}

function defaultDelayMs(deaths: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(deaths - 1, 5));
}
