import type { DesiredConfig } from '@emotion-fleet/contracts';
import { OperatorError, type Lifecycle, type Logger } from '@emotion-fleet/service';
import { retrySchedule } from './capture/retry-schedule.ts';
import type { ConfiguredRuns } from './remote-config/config-ports.ts';

/** Why a run ends and another begins: its times have proved wrong, or its networks don't come back. */
export type RunFault = 'clock_wrong' | 'networks_hang';

export interface RenewedAgentOptions {
  /**
   * Puts an agent with a run of its own together, with the desired configuration or, without one, with the device's
   * own settings; `onFault` says that another run is needed.
   */
  readonly compose: (options: {
    desired: DesiredConfig | undefined;
    onFault: (fault: RunFault) => void;
  }) => Promise<Lifecycle>;
  /** Waits between attempts to begin a run again that has run before, or whose networks hang again. */
  readonly newRetries?: () => Iterator<number, never>;
  /** Monotonic ms. */
  readonly nowMs?: () => number;
  readonly logger: Logger;
}

/** Networks that hang again within it hang for the same reason. */
const hangMemoryMs = 10 * 60_000;

const stopped = new OperatorError('stopped', 'The agent stops.');

/**
 * An agent that ends its run and begins another one when the run's times have proved wrong, since a run has one offset,
 * when its networks hang, since a run has one thread for them, and when another configuration is desired, since a run
 * has one of those, too.
 */
export class RenewedAgent implements ConfiguredRuns {
  readonly #options: RenewedAgentOptions;
  /** Ends the wait for the next attempt. */
  readonly #abort = new AbortController();
  #agent: Lifecycle | undefined;
  /** Of the run, or of the last one. */
  #desired: DesiredConfig | undefined;
  #hungAtMs = -Infinity;
  #hangRetries: Iterator<number, never> | undefined;
  /** Start, renewals, changes and stop, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: RenewedAgentOptions) {
    this.#options = options;
  }

  begin(desired: DesiredConfig | undefined): Promise<void> {
    return this.#enqueue(() => this.#begin(desired));
  }

  change(desired: DesiredConfig): Promise<void> {
    return this.#enqueue(async () => {
      if (this.#isStopped()) throw stopped;
      this.#options.logger.info({ version: desired.version }, 'another configuration: a new run');
      await this.#end();
      try {
        await this.#begin(desired);
      } catch (error) {
        if (this.#isStopped()) throw error;
        this.#options.logger.error({ err: error }, 'no run with it: the one before begins again');
        await this.#beginAgain();
        throw error;
      }
    });
  }

  stop(): Promise<void> {
    this.#abort.abort();
    return this.#enqueue(() => this.#end());
  }

  async #renew(fault: RunFault, run: { readonly agent?: Lifecycle }): Promise<void> {
    // It may not have begun at all, or have given way to another configuration.
    const isRunning = run.agent !== undefined && this.#agent === run.agent;
    if (this.#isStopped() || !isRunning) return;
    this.#options.logger.warn({ fault }, 'a new run begins');
    await this.#end();
    if (fault === 'networks_hang') await this.#pauseAfterHang();
    await this.#beginAgain();
  }

  /** The first time another thread may be the cure at once. */
  async #pauseAfterHang(): Promise<void> {
    const { logger, newRetries = defaultRetries, nowMs = () => performance.now() } = this.#options;
    const isAgain = nowMs() - this.#hungAtMs < hangMemoryMs;
    this.#hungAtMs = nowMs();
    if (!isAgain || this.#hangRetries === undefined) {
      this.#hangRetries = newRetries();
      return;
    }
    const retryMs = Math.round(this.#hangRetries.next().value);
    logger.warn({ retryMs }, 'the networks hang again');
    await this.#pause(retryMs);
  }

  /** It has worked before: what keeps it from working now, a camera that is busy or a full disk, may pass. */
  async #beginAgain(): Promise<void> {
    const { logger, newRetries = defaultRetries } = this.#options;
    const retries = newRetries();
    while (!this.#isStopped()) {
      try {
        await this.#begin(this.#desired);
        return;
      } catch (error) {
        const retryMs = Math.round(retries.next().value);
        logger.error(
          { err: error, retryMs },
          'the run does not begin again; another attempt follows',
        );
        await this.#pause(retryMs);
      }
    }
  }

  async #begin(desired: DesiredConfig | undefined): Promise<void> {
    // One renewal for each run, however often it says so.
    let isOver = false;
    const run: { agent?: Lifecycle } = {};
    const onFault = (fault: RunFault) => {
      if (!isOver) void this.#enqueue(() => this.#renew(fault, run));
      isOver = true;
    };
    run.agent = await this.#options.compose({ desired, onFault });
    await run.agent.start();
    this.#agent = run.agent;
    this.#desired = desired;
  }

  async #end(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    await agent?.stop();
  }

  async #pause(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs);
      const wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#isStopped()) wake();
      else this.#abort.signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** A call, since it changes while a step awaits. */
  #isStopped(): boolean {
    return this.#abort.signal.aborted;
  }

  /** A step that fails tells whoever asked for it, and no step after it. */
  #enqueue(step: () => Promise<void>): Promise<void> {
    const done = this.#work.then(step);
    this.#work = done.catch(() => undefined);
    return done;
  }
}

const defaultRetries = () => retrySchedule({ firstMs: 1_000, mostMs: 60_000, random: Math.random });
