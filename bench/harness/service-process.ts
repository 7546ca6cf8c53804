import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CodedError } from '@emotion-fleet/service';
import { hasEnded } from './has-ended.ts';
import { cpuMsOf } from './process-cpu.ts';

export interface ServiceProcessOptions {
  /** Path from the root of the repository. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the service's `/health` and `/metrics`. */
  readonly operatorPort: number;
  readonly nodeOptions?: readonly string[];
}

const readyTimeoutMs = 60_000;

/** A service of ours as its own process, watched from outside. */
export class ServiceProcess {
  readonly #options: ServiceProcessOptions;
  #child: ChildProcess | undefined;
  #errors = '';

  constructor(options: ServiceProcessOptions) {
    this.#options = options;
  }

  /** Resolves when `/health` answers. */
  async start(): Promise<void> {
    const { program, environment, operatorPort, nodeOptions = [] } = this.#options;
    const path = fileURLToPath(new URL(`../../${program}`, import.meta.url));
    const child = spawn(process.execPath, [...nodeOptions, path], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
      // A Ctrl-C at the terminal is for us; we end what is ours.
      detached: true,
    });
    child.stderr.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    this.#child = child;
    const giveUpAt = performance.now() + readyTimeoutMs;
    while ((await this.#get('/health')) === undefined) {
      if (hasEnded(child) || performance.now() > giveUpAt) {
        throw new CodedError('not_ready', `${program} at ${operatorPort}: ${this.#errors}`);
      }
      await delay(50);
    }
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || hasEnded(child)) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await exited;
    clearTimeout(timer);
  }

  /**
   * The sum of a metric over its labels; 0 while it is not there.
   * @throws CodedError `died` with its last words
   */
  async metric(name: string): Promise<number> {
    const child = this.#child;
    if (child === undefined || hasEnded(child)) {
      const how = child?.signalCode ?? `exit code ${String(child?.exitCode)}`;
      throw new CodedError('died', `${this.#options.program} ended early, ${how}: ${this.#errors}`);
    }
    const text = (await this.#get('/metrics')) ?? '';
    return text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** Milliseconds of CPU so far, user and system; undefined where there is no /proc. */
  cpuMs(): number | undefined {
    return cpuMsOf(this.#child?.pid);
  }

  async #get(path: string): Promise<string | undefined> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#options.operatorPort}${path}`);
      return await response.text();
    } catch {
      return undefined;
    }
  }
}
