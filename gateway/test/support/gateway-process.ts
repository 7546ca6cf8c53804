import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The gateway as its own process, on free ports, with its files in a folder that goes with it. */
export class GatewayProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  readonly eventLogFile = join(this.folder, 'event-log.sqlite');
  readonly registryFile = join(this.folder, 'registry.sqlite');
  output = '';
  errors = '';
  #child: ChildProcess | undefined;

  /** Starts with these variables beside the usual ones. */
  spawn(environment: Readonly<Record<string, string>>): ChildProcess {
    const child = spawn(process.execPath, [program], { env: { ...process.env, ...environment } });
    child.stdout.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    this.#child = child;
    return child;
  }

  /** Resolves to the MQTT port once it listens. */
  async start(): Promise<number> {
    this.spawn({
      EMOTION_DATA_DIRECTORY: this.folder,
      EMOTION_MQTT_PORT: '0',
      EMOTION_OPERATOR_PORT: '0',
    });
    const listening = /"port":(\d+),"msg":"gateway listens"/;
    await eventually(() => listening.test(this.output) || this.errors !== '', 20_000);
    const port = listening.exec(this.output)?.[1];
    if (port === undefined) throw new Error(this.errors);
    return Number(port);
  }

  /** Resolves to exit code and signal. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<unknown[]> {
    const exited = once(this.#child!, 'exit');
    this.#child!.kill(signal);
    return exited;
  }

  [Symbol.dispose](): void {
    this.#child?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
