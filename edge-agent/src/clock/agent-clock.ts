import type { Logger } from '@emotion-fleet/service';
import type { RunClock } from '../ports.ts';
import { epochAt, type ClockOffset } from './clock-offset.ts';
import { sleepCountingTime } from './sleep-counting-time.ts';
import type { SystemTime } from './system-time.ts';

export interface AgentClockOptions {
  readonly systemTime: SystemTime;
  readonly logger: Logger;
  /** Monotonic ms that go on while the machine sleeps; `sleepCountingTime()` by default. */
  readonly nowMs?: () => number;
  /** Called once, when the run's times have proved wrong: only another run can have other ones. */
  readonly onWrong?: () => void;
  readonly pollIntervalMs?: number;
  /** How long NTP has the first say; from then on the gateway's time is taken, too. */
  readonly gatewayAfterMs?: number;
}

/** The gateway's answer to a time request, by the clock that asked. */
export interface GatewayTime {
  readonly gatewayTime: number;
  /** Monotonic ms at which the request went out and the response came in. */
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/** Half of it is the error that a lopsided path can cause. */
const maxRoundTripMs = 10_000;
/** Twice the error that the gateway's time may have: a set clock that differs by more shows that the offset is wrong. */
const maxErrorMs = maxRoundTripMs;
/** For so long it must differ: somebody may set a clock and take it back. */
const doubtMs = 5_000;
/** Both clocks are read within this, or not at all: a machine may stall for seconds between two readings. */
const maxReadingMs = 100;
/** Earlier wall times are a clock that was never set: 2020, where the contract's times begin. */
const earliestEpochMs = 1_577_836_800_000;

/**
 * The clock rule: monotonic time, and one offset per run, fixed as soon as the time is known and never changed after
 * that, whatever the system clock does: so the order of a run's records is the order in which they were made. A system
 * clock that is set and stays elsewhere (the first answer was wrong; a sleep that nobody counted) ends the run.
 */
export class AgentClock implements RunClock {
  readonly #options: Required<AgentClockOptions>;
  readonly #listeners = new Set<(offset: ClockOffset) => void>();
  #offset: ClockOffset | undefined;
  #startedAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #doubtedSinceMs: number | undefined;
  #isWrong = false;

  constructor(options: AgentClockOptions) {
    this.#options = {
      nowMs: sleepCountingTime(),
      onWrong: () => undefined,
      pollIntervalMs: 1_000,
      gatewayAfterMs: 15_000,
      ...options,
    };
  }

  /** The run's offset once it is fixed; the same object from then on. */
  get offset(): ClockOffset | undefined {
    return this.#offset;
  }

  /** True while an answer of the gateway would be taken. */
  get wantsGatewayTime(): boolean {
    const waitedMs = this.nowMs() - this.#startedAtMs;
    return this.#offset === undefined && waitedMs >= this.#options.gatewayAfterMs;
  }

  nowMs(): number {
    return this.#options.nowMs();
  }

  toEpochMs(monotonicMs: number): number | undefined {
    return this.#offset === undefined ? undefined : epochAt(this.#offset, monotonicMs);
  }

  /** Looks at the system clock now, and from then on until the stop. */
  async start(): Promise<void> {
    this.#startedAtMs = this.nowMs();
    await this.check();
    this.#timer = setInterval(() => void this.check(), this.#options.pollIntervalMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    return Promise.resolve();
  }

  /** Fixes the offset by the system clock where that can be trusted; from then on compares the two. */
  async check(): Promise<void> {
    const offset = this.#offset;
    if (offset !== undefined) return this.#compare(offset);
    if (!(await this.#isSystemTimeKnown())) return;
    const offsetMs = this.#readOffset();
    if (offsetMs !== undefined) this.#fix({ offsetMs, clock: 'ntp' });
  }

  /** Fixes the offset by the gateway's time, taken to be read half-way through the round trip. */
  offerGatewayTime({ gatewayTime, sentAtMs, receivedAtMs }: GatewayTime): void {
    const roundTripMs = receivedAtMs - sentAtMs;
    if (!this.wantsGatewayTime || roundTripMs < 0 || roundTripMs > maxRoundTripMs) return;
    this.#fix({ offsetMs: gatewayTime - (sentAtMs + receivedAtMs) / 2, clock: 'gateway' });
  }

  /** Calls the listener once, when the offset gets fixed; at once where it is. Returns how to take it off. */
  onFixed(listener: (offset: ClockOffset) => void): () => void {
    if (this.#offset === undefined) this.#listeners.add(listener);
    else listener(this.#offset);
    return () => this.#listeners.delete(listener);
  }

  async #compare(offset: ClockOffset): Promise<void> {
    const offsetMs = this.#readOffset();
    if (offsetMs === undefined) return;
    const errorMs = offsetMs - offset.offsetMs;
    const isDoubtful = Math.abs(errorMs) > maxErrorMs && (await this.#isSystemTimeKnown());
    if (!isDoubtful || this.#isWrong) {
      this.#doubtedSinceMs = undefined;
      return;
    }
    this.#doubtedSinceMs ??= this.nowMs();
    if (this.nowMs() - this.#doubtedSinceMs < doubtMs) return;
    this.#isWrong = true;
    this.#options.logger.error({ errorMs }, "the system clock is set and differs from the run's");
    this.#options.onWrong();
  }

  /** From monotonic time to the system's; undefined where that couldn't be read at one moment. */
  #readOffset(): number | undefined {
    const startedAtMs = this.nowMs();
    const epochMs = this.#options.systemTime.nowEpochMs();
    const endedAtMs = this.nowMs();
    return endedAtMs - startedAtMs > maxReadingMs ? undefined : epochMs - endedAtMs;
  }

  async #isSystemTimeKnown(): Promise<boolean> {
    try {
      return await this.#options.systemTime.isKnown();
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the state of the system clock is unreadable');
      return false;
    }
  }

  #fix(offset: ClockOffset): void {
    if (this.#offset !== undefined || epochAt(offset, this.nowMs()) < earliestEpochMs) return;
    this.#offset = Object.freeze(offset);
    this.#options.logger.info({ ...offset }, 'clock offset is fixed');
    for (const listener of this.#listeners) listener(offset);
    this.#listeners.clear();
  }
}
