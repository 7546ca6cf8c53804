import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait.ts';

const mainFile = fileURLToPath(new URL('../../all-in-one/src/main.ts', import.meta.url));

export interface FleetProcessOptions {
  readonly dataDirectory: string;
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** `npm start` without npm: the whole fleet as a process of its own. */
export class FleetProcess {
  readonly #options: FleetProcessOptions;
  #child: ChildProcess | undefined;
  #output = '';
  #exit: Promise<number | NodeJS.Signals> | undefined;
  address = '';

  constructor(options: FleetProcessOptions) {
    this.#options = options;
  }

  /** Everything that it has printed so far. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts and waits for the dashboard's address. */
  async start(limitMs = 120_000): Promise<void> {
    this.spawn();
    const ended = this.exited().then((code) => {
      throw new Error(`ended with ${code} before it was ready:\n${this.#output}`);
    });
    const ready = waitFor(
      'the dashboard has an address',
      () => /Dashboard: (http:\S+)/.exec(this.#output)?.[1],
      limitMs,
    );
    this.address = await Promise.race([ready, ended]);
    ended.catch(() => undefined);
  }

  /** Starts and waits for nothing. */
  spawn(): void {
    const { dataDirectory, environment } = this.#options;
    const given = this.#options.arguments ?? [];
    const child = spawn(
      process.execPath,
      [
        mainFile,
        '--data',
        dataDirectory,
        '--no-open',
        ...(given.includes('--port') ? [] : ['--port', '0']),
        ...given,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } },
    );
    this.#child = child;
    const collect = (chunk: Buffer) => (this.#output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    this.#exit = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve(code ?? signal ?? -1));
    });
  }

  /** Exit code, or the signal that ended it. */
  async exited(): Promise<number | NodeJS.Signals> {
    return this.#exit ?? -1;
  }

  async signal(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.#child?.kill(signal);
    return this.exited();
  }

  /** Parsed answer of the API below `/api/v1`. */
  async get<Body>(path: string): Promise<Body> {
    const response = await fetch(`${this.address}/api/v1${path}`);
    if (!response.ok)
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Body;
  }
}
