import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CodedError } from '@emotion-fleet/service';
import { hasEnded } from './has-ended.ts';

export interface LineProcessOptions {
  readonly command: string;
  readonly parameters: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Lines that are no answers. */
  readonly isNoise?: (line: string) => boolean;
}

const errorTail = 4_000;

/** A peer in another language: for each line in, one line out. Ends with its standard input. */
export class LineProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #isNoise: (line: string) => boolean;
  #errors = '';

  constructor({ command, parameters, environment = {}, isNoise }: LineProcessOptions) {
    const child = spawn(command, parameters, {
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    child.once('error', (error) => (this.#errors += error.message));
    child.stdin.on('error', () => undefined); // Its end shows at its output.
    child.stderr.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-errorTail);
    });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.#isNoise = isNoise ?? (() => false);
  }

  /** @throws CodedError `died` with its last words */
  async ask(line = ''): Promise<string> {
    this.#child.stdin?.write(`${line}\n`);
    for (;;) {
      const { done, value } = (await this.#lines.next()) as IteratorResult<string, undefined>;
      if (done === true) throw new CodedError('died', `a peer ended early: ${this.#errors}`);
      if (!this.#isNoise(value)) return value;
    }
  }

  /** With what it has started itself: it leads a process group of its own. */
  stop(): void {
    const { pid } = this.#child;
    if (pid !== undefined && !hasEnded(this.#child)) process.kill(-pid, 'SIGKILL');
  }
}
