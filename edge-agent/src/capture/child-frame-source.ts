import { OperatorError, type Logger } from '@emotion-fleet/service';
import type { FrameSource, FrameSourceEvents } from '../ports.ts';
import { LogTail } from './log-tail.ts';
import { FramePacer } from './frame-pacer.ts';
import { isNoise } from './noise.ts';
import type { CameraProcess, PictureFeed } from './picture-feed.ts';
import { retrySchedule } from './retry-schedule.ts';

/** What every camera program is told, whatever it is called. */
export interface CameraProgramOptions {
  readonly width: number;
  readonly height: number;
  /** Pictures that come faster are thinned out. */
  readonly framesPerSecond: number;
  readonly logger: Logger;
  /** Monotonic ms; `performance.now` by default. */
  readonly nowMs?: (() => number) | undefined;
  /** The program; another one in tests. */
  readonly command?: string;
  readonly supervision?: Supervision | undefined;
}

export interface ChildFrameSourceOptions extends CameraProgramOptions {
  /** As it is named to an operator. */
  readonly command: string;
  /** Starts it and gives I420 pictures of `width` x `height`. */
  readonly feed: PictureFeed;
  /** Where the program comes from. */
  readonly debianPackage: { readonly name: string; readonly system: string };
}

/** How a program is watched; each has a default. */
export interface Supervision {
  readonly random?: () => number;
  /** A program that gives no picture for this long is replaced. */
  readonly stallTimeoutMs?: number;
  /** Time between SIGTERM and SIGKILL. */
  readonly killAfterMs?: number;
  readonly retryFirstMs?: number;
  readonly retryMostMs?: number;
}

const defaults: Required<Supervision> = {
  random: Math.random,
  stallTimeoutMs: 20_000,
  killAfterMs: 3_000,
  retryFirstMs: 1_000,
  retryMostMs: 60_000,
};
/** What SIGKILL didn't end by then hangs in the kernel. */
const hungAfterMs = 3_000;
/** A program that ran this long was in order: the next wait is a short one again. */
const soundRunMs = 30_000;

/**
 * A camera whose pictures a child process puts on a pipe. The process is watched: one that ends, or
 * gives nothing for `stallTimeoutMs`, is started again after a growing wait.
 */
export class ChildFrameSource implements FrameSource {
  readonly #options: ChildFrameSourceOptions;
  readonly #supervision: Required<Supervision>;
  readonly #nowMs: () => number;
  readonly #pacer: FramePacer;
  /** Of all runs of the program: what led to its end may lie before the last one. */
  readonly #logTail = new LogTail();
  #events: FrameSourceEvents | undefined;
  #child: CameraProcess | undefined;
  #launching: Promise<void> | undefined;
  #waits: Iterator<number, never>;
  #startedAtMs = 0;
  #isRunning = false;
  #delivery: NodeJS.Immediate | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;

  constructor(options: ChildFrameSourceOptions) {
    this.#options = options;
    this.#supervision = { ...defaults, ...options.supervision };
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#pacer = new FramePacer({ framesPerSecond: options.framesPerSecond });
    this.#waits = this.#newWaits();
  }

  /** Throws OperatorError `camera_program_missing` where the program isn't installed. */
  async start(events: FrameSourceEvents): Promise<void> {
    this.#events = events;
    try {
      await this.#spawn();
    } catch (error) {
      this.#events = undefined;
      throw this.#missingProgram(error);
    }
  }

  async stop({ withinMs = Infinity }: { readonly withinMs?: number } = {}): Promise<void> {
    this.#events = undefined;
    clearTimeout(this.#retryTimer);
    // A program that is just being started has to be ended, too.
    await this.#launching?.catch(() => undefined);
    clearTimeout(this.#stallTimer);
    clearImmediate(this.#delivery);
    this.#delivery = undefined;
    const child = this.#child;
    if (child === undefined) return;
    // Three quarters of the time are left for the kernel to end what was killed.
    await this.#end(child, Math.min(withinMs / 4, this.#supervision.killAfterMs));
    // Its pipes may close later, when another program runs: that is no end of the other one.
    this.#child = undefined;
    this.#options.feed.close();
  }

  /** What the program said last, over all of its runs: at most 100 lines. The agent's log has them from each failure on. */
  logLines(): readonly string[] {
    return this.#logTail.lines();
  }

  /** Resolves once the program runs; rejects where it can't be started. */
  async #spawn(): Promise<void> {
    this.#launching = this.#launch();
    try {
      await this.#launching;
    } catch (error) {
      this.#options.feed.close();
      throw error;
    }
  }

  async #launch(): Promise<void> {
    const child = await this.#options.feed.launch(() => {
      // After the loop has read what is in the pipe: of several waiting pictures only the newest counts.
      this.#delivery ??= setImmediate(() => this.#deliver());
    });
    this.#child = child;
    this.#logTail.beginRun();
    this.#isRunning = false;
    this.#startedAtMs = this.#nowMs();
    child.stderr.on('data', (chunk: Uint8Array) => this.#logTail.push(chunk));
    child.once('exit', () => {
      signalAll(child, 'SIGKILL');
      closePipesSoon(child);
    });
    child.once('close', (code, signal) => this.#onClose(child, signal ?? `code ${code ?? '?'}`));
    this.#watchForStall(child);
  }

  #deliver(): void {
    this.#delivery = undefined;
    const data = this.#options.feed.take();
    const { width, height } = this.#options;
    if (data === undefined || this.#events === undefined) return;
    // No picture, so that a program that gives nothing else counts as stalled.
    if (isNoise({ data, width, height })) return;
    this.#stallTimer?.refresh();
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#events.onState('running', `${this.#options.command} gives pictures.`);
    }
    const capturedAtMs = this.#nowMs();
    if (!this.#pacer.accepts(capturedAtMs)) return;
    this.#events.onFrame({ width, height, data, capturedAtMs });
  }

  #watchForStall(child: CameraProcess): void {
    const { command } = this.#options;
    const { stallTimeoutMs } = this.#supervision;
    clearTimeout(this.#stallTimer);
    this.#stallTimer = setTimeout(() => {
      this.#lose(`${command} gave no picture for ${Math.round(stallTimeoutMs / 1_000)} s.`);
      void this.#end(child, this.#supervision.killAfterMs);
    }, stallTimeoutMs);
  }

  #onClose(child: CameraProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#options.feed.close();
    clearTimeout(this.#stallTimer);
    if (this.#events === undefined) return;
    const last = this.#logTail.lastOfRun();
    this.#lose(`${this.#options.command} ended (${how})${last === undefined ? '.' : `: ${last}`}`);
    if (this.#nowMs() - this.#startedAtMs > soundRunMs) this.#waits = this.#newWaits();
    this.#retryLater();
  }

  #retryLater(): void {
    this.#retryTimer = setTimeout(() => {
      this.#spawn().catch((error: unknown) => {
        this.#lose(this.#missingProgram(error).message);
        if (this.#events !== undefined) this.#retryLater();
      });
    }, this.#waits.next().value);
  }

  #lose(detail: string): void {
    this.#isRunning = false;
    this.#options.logger.warn({ detail, log: this.#logTail.takeNew() }, 'camera lost');
    this.#events?.onState('lost', detail);
  }

  /** SIGTERM, then SIGKILL; resolves when the process is gone, or hangs in the kernel and can't be helped. */
  async #end(child: CameraProcess, killAfterMs: number): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<'gone'>((resolve) => child.once('exit', () => resolve('gone')));
    signalAll(child, 'SIGTERM');
    const kill = setTimeout(() => signalAll(child, 'SIGKILL'), killAfterMs);
    let giveUp: NodeJS.Timeout | undefined;
    const hung = new Promise<'hung'>((resolve) => {
      giveUp = setTimeout(() => resolve('hung'), killAfterMs + hungAfterMs);
    });
    if ((await Promise.race([gone, hung])) === 'hung') {
      this.#options.logger.error({ pid: child.pid }, 'the camera program survives SIGKILL');
    }
    clearTimeout(kill);
    clearTimeout(giveUp);
  }

  #newWaits(): Iterator<number, never> {
    const { retryFirstMs, retryMostMs, random } = this.#supervision;
    return retrySchedule({ firstMs: retryFirstMs, mostMs: retryMostMs, random });
  }

  #missingProgram(cause: unknown): OperatorError {
    if (cause instanceof OperatorError) return cause;
    const { command, debianPackage } = this.#options;
    const { name, system } = debianPackage;
    const reason = (cause as NodeJS.ErrnoException).code;
    const sentence =
      reason === 'ENOENT'
        ? `${command} isn't installed; on ${system} the package ${name} brings it (sudo apt-get install ${name}).`
        : `${command} can't be started (${reason ?? String(cause)}).`;
    return new OperatorError('camera_program_missing', sentence, { cause });
  }
}

/** What the program has started is in its group: the camera behind a script must not film on. */
function signalAll({ pid }: CameraProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid!, signal);
  } catch {
    // Nobody is left.
  }
}

/** A grandchild may hold the pipes open after the program is gone; `close` is to come all the same. */
function closePipesSoon(child: CameraProcess): void {
  setTimeout(() => {
    child.stdout?.destroy();
    child.stderr.destroy();
  }, 500).unref();
}
