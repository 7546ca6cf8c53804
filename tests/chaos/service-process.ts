import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { waitFor } from '../support/wait.ts';

export interface ServiceProcessOptions {
  readonly name: string;
  readonly file: string;
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Said on its output once it is at work. */
  readonly readyText: string;
  readonly logFile: string;
  /** Where it serves `/metrics`, if it does. */
  readonly operatorPort?: number | undefined;
  readonly onMessage?: (message: unknown) => void;
  readonly readyTimeoutMs?: number;
}

/** A service whose Kafka or Cassandra is down ends at once; its next attempts must not take all the CPU. */
const restartPauseMs = 1_000;

/**
 * A service as a process of its own that is started again whenever it ends by itself, as any supervisor does. It ends
 * with this process, since the channel between them closes.
 */
export class ServiceProcess {
  readonly #options: ServiceProcessOptions;
  #child: ChildProcess | undefined;
  #isReady = false;
  /** Whether it shall run. */
  #isWanted = false;
  #endings = 0;
  #again: NodeJS.Timeout | undefined;

  constructor(options: ServiceProcessOptions) {
    this.#options = options;
  }

  /** How often it ended without being told to. */
  get endings(): number {
    return this.#endings;
  }

  get name(): string {
    return this.#options.name;
  }

  get operatorPort(): number | undefined {
    return this.#options.operatorPort;
  }

  /** Resolves when it says that it is ready, however many attempts that takes within the limit. */
  async start(): Promise<void> {
    this.#isWanted = true;
    this.#spawn();
    const { name, readyTimeoutMs = 240_000 } = this.#options;
    await waitFor(`${name} is ready`, () => this.#isReady, readyTimeoutMs);
  }

  /** kill -9 */
  async kill(): Promise<void> {
    this.#forget();
    this.#child?.kill('SIGKILL');
    await this.#ended(10_000);
  }

  /** Drains and ends; resolves to its exit code. */
  async stop(limitMs = 40_000): Promise<number | null> {
    this.#forget();
    const child = this.#child;
    if (child === undefined) return null;
    child.kill('SIGTERM');
    await this.#ended(limitMs);
    return child.exitCode;
  }

  suspend(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  send(message: object): void {
    // A process that has just ended hears nothing; whoever asks waits for the answer of its successor.
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  #forget(): void {
    this.#isWanted = false;
    clearTimeout(this.#again);
  }

  #spawn(): void {
    const { file, environment = {}, readyText, onMessage } = this.#options;
    this.#isReady = false;
    const child = spawn(process.execPath, [file, ...(this.#options.arguments ?? [])], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'] ?? '', ...environment },
    });
    this.#child = child;
    const hear = (chunk: Buffer) => {
      appendFileSync(this.#options.logFile, chunk);
      if (child === this.#child && chunk.includes(readyText)) this.#isReady = true;
    };
    for (const output of [child.stdout, child.stderr]) output?.on('data', hear);
    if (onMessage !== undefined) child.on('message', onMessage);
    child.on('exit', () => {
      if (child !== this.#child || !this.#isWanted) return;
      this.#endings += 1;
      this.#again = setTimeout(() => this.#spawn(), restartPauseMs);
    });
  }

  async #ended(limitMs: number): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    await waitFor(
      `${this.#options.name} has ended`,
      () => child.exitCode !== null || child.signalCode !== null,
      limitMs,
    );
  }
}
