import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  agentEntryFile,
  agentEnvironment,
  agentNodeFlags,
  type AgentSettings,
} from '../src/index.ts';
import type { SoakSample } from './verdict.ts';

/** What grows then is held, and not merely not collected yet. */
const collected = ['--expose-gc', '--import', path.join(import.meta.dirname, 'collect-garbage.ts')];
/** What grows then isn't compiled code either, of which there is more for hours, ever more slowly. */
const interpreted = ['--no-sparkplug', '--no-maglev', '--no-opt'];

/** The agent as a process of its own, watched from outside. */
export class SoakedAgent {
  readonly #settings: AgentSettings;
  readonly #execArgv: string[];
  #child: ChildProcess | undefined;
  #startedAtMs = 0;
  /** Frames since `takeFrames`. */
  #frames = { analysed: 0, oldestMs: 0 };
  #errors = '';

  constructor(settings: AgentSettings, { isInterpreted }: { readonly isInterpreted: boolean }) {
    this.#settings = settings;
    this.#execArgv = [...agentNodeFlags, ...collected, ...(isInterpreted ? interpreted : [])];
  }

  start(): void {
    const env = { ...process.env, ...agentEnvironment({ ...this.#settings, logLevel: 'debug' }) };
    const child = fork(agentEntryFile, [], { env, execArgv: this.#execArgv, silent: true });
    this.#child = child;
    this.#startedAtMs = performance.now();
    createInterface({ input: child.stdout! }).on('line', (line) => this.#read(line));
    child.stderr!.on('data', (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-2_000);
    });
  }

  /** What it said on its way out; undefined while it runs. */
  get end(): string | undefined {
    const child = this.#child;
    if (child === undefined || (child.exitCode ?? child.signalCode) === null) return undefined;
    return `the agent ended (${child.signalCode ?? child.exitCode}): ${this.#errors.trim()}`;
  }

  /** From /proc, hence on Linux alone. */
  async sample(): Promise<SoakSample> {
    const folder = `/proc/${this.#child?.pid}`;
    const [status, descriptors] = await Promise.all([
      readFile(`${folder}/status`, 'utf8'),
      readdir(`${folder}/fd`),
    ]);
    const bytesOf = (field: string) =>
      Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1]) * 1_024;
    return {
      atMs: performance.now() - this.#startedAtMs,
      anonymousBytes: bytesOf('RssAnon') + bytesOf('VmSwap'),
      rssBytes: bytesOf('VmRSS'),
      descriptors: descriptors.length,
    };
  }

  /** Frames analysed since the last call, and the age of the oldest of them when its analysis began. */
  takeFrames(): { analysed: number; oldestMs: number } {
    const frames = this.#frames;
    this.#frames = { analysed: 0, oldestMs: 0 };
    return frames;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || this.end !== undefined) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }

  #read(line: string): void {
    if (!line.includes('"frame analysed"')) return;
    const { ageMs } = JSON.parse(line) as { ageMs: number };
    this.#frames.analysed += 1;
    this.#frames.oldestMs = Math.max(this.#frames.oldestMs, ageMs);
  }
}
