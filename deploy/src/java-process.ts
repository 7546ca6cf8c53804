import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { CodedError } from '@emotion-fleet/service';
import { accepts, signal } from './processes.ts';
import { waitUntil } from './wait-until.ts';

export interface JavaProcessOptions {
  /** For people: `Kafka`. */
  readonly name: string;
  readonly command: string;
  readonly parameters: readonly string[];
  /** Output is appended here; it begins anew beyond 16 MiB, with the old one kept as `.1`. */
  readonly logFile: string;
  /** Said in the output once the server serves. */
  readonly readyText: string;
  readonly port: number;
  readonly readyTimeoutMs: number;
  /** Ends with this process, however this one ends. Otherwise it stays when this process ends. */
  readonly owned: boolean;
  /** Awaited before the server is: whoever must find it again should we be killed meanwhile. */
  readonly onSpawned?: (pid: number) => Promise<void>;
}

const maxLogBytes = 16 * 1024 * 1024;
const tailLines = 100;
const stopGraceMs = 15_000;

/**
 * Runs `java` in a process group of its own, so that a Ctrl-C meant for us does not reach it, with a guard in
 * that group. The guard reads from a pipe which only we hold; when we are gone, by kill -9 too, it reads the
 * end of the pipe and kills the group. `exec` keeps the pid: the child's pid is Java's.
 */
const guardScript = '(cat <&3; kill -9 -$$) >/dev/null 2>&1 & exec 3<&-; exec "$@"';

/** One Java server: ready when it says so and accepts connections. */
export class JavaProcess {
  readonly #options: JavaProcessOptions;
  #child: ChildProcess | undefined;
  #exit: string | undefined;
  #logStart = 0;

  constructor(options: JavaProcessOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.running ? this.#child?.pid : undefined;
  }

  get running(): boolean {
    return this.#child !== undefined && this.#exit === undefined;
  }

  /** @throws CodedError `died`, `not_ready` (with the last 100 lines of the output) */
  async start(): Promise<void> {
    const { name, readyText, port, readyTimeoutMs, owned, onSpawned } = this.#options;
    this.#spawn();
    if (this.pid !== undefined) await onSpawned?.(this.pid);
    const isReady = async () => this.#output().includes(readyText) && (await accepts(port));
    const ended = await waitUntil(async () => !this.running || (await isReady()), readyTimeoutMs);
    if (!this.running)
      throw this.#fault('died', `${name} ended at its start (${this.#exit ?? ''})`);
    if (!ended) {
      await this.kill();
      throw this.#fault('not_ready', `${name} was not ready within ${readyTimeoutMs} ms`);
    }
    if (!owned) this.#child?.unref();
  }

  /** SIGTERM, and SIGKILL when that did not help in time. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.#signal('SIGTERM');
    if (!(await waitUntil(() => !this.running, stopGraceMs))) await this.kill();
  }

  async kill(): Promise<void> {
    if (!this.running) return;
    this.#signal('SIGKILL');
    if (!(await waitUntil(() => !this.running, 10_000))) {
      throw this.#fault('still_alive', `${this.#options.name} did not end when it was killed`);
    }
  }

  /** The last 100 lines of what it said since it was started. */
  logTail(): string {
    return this.#output().trimEnd().split('\n').slice(-tailLines).join('\n');
  }

  #spawn(): void {
    const { command, parameters, logFile, owned } = this.#options;
    this.#exit = undefined;
    const log = openLog(logFile);
    this.#logStart = statSync(logFile).size;
    const child = owned
      ? spawn('sh', ['-c', guardScript, 'guard', command, ...parameters], {
          detached: true,
          stdio: ['ignore', log, log, 'pipe'],
        })
      : spawn(command, parameters, { detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    child.once('error', (error) => (this.#exit = error.message));
    child.once('exit', (code, by) => {
      this.#exit = by ?? `exit code ${String(code)}`;
      child.stdio[3]?.destroy(); // Lets the guard go.
    });
    child.unref();
    this.#child = child;
  }

  #signal(name: NodeJS.Signals): void {
    if (this.#child?.pid !== undefined) signal(this.#child.pid, name);
  }

  #output(): string {
    return readFileSync(this.#options.logFile).subarray(this.#logStart).toString();
  }

  #fault(code: string, sentence: string): CodedError {
    return new CodedError(code, `${sentence}; its last words:\n${this.logTail()}`);
  }
}

function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > maxLogBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}
