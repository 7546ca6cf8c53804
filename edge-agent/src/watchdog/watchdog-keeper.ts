import type { Lifecycle, Logger } from '@emotion-fleet/service';
import type { Watchdog } from '../ports.ts';
import type { RebootBook } from './reboot-book.ts';
import type { VitalSigns } from './vital-signs.ts';

export interface WatchdogKeeperOptions {
  readonly watchdog: Watchdog;
  readonly vitalSigns: VitalSigns;
  readonly book: RebootBook;
  /** A reboot can't bring back a camera in the network, or the end of a film. */
  readonly isCameraLocal: boolean;
  /** Monotonic ms. */
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/** A third of the Pi's timeout of 15 s. */
const feedIntervalMs = 5_000;
/** Its program has been started again a dozen times by then. */
const frameTimeoutMs = 15 * 60_000;
/** In which a new thread hung again in each of a dozen runs. */
const hangTimeoutMs = 10 * 60_000;
/** A full disk answers within it that it is full; one that doesn't answer hangs in the kernel. */
const flushTimeoutMs = 5 * 60_000;
/** Each reboot that didn't help makes the next one four times as late, up to a day: a camera may be unplugged. */
const backOff = 4;
const longestTimeoutMs = 24 * 3_600_000;
/** What went well for so long is cured. */
const curedAfterMs = 3_600_000;
/** A disk that hasn't taken the count by then hangs, and is itself a reason. */
const bookTimeoutMs = 10_000;
/** Look, count and the device's own timeout together. */
const resetWithinMs = 60_000;

/**
 * Feeds the watchdog while the agent really works: its event loop turns (or nobody would call), the outbox answers,
 * the networks do or are mended by a new thread, the camera gives frames or may not. A camera that hangs in the kernel
 * is only cured by a reboot.
 */
export class WatchdogKeeper implements Lifecycle {
  readonly #options: WatchdogKeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #flushedAtMs = 0;
  #isFlushing = false;
  #soundSinceMs = 0;
  /** In a row before this start; what is booked later belongs to the next one. */
  #rebootsBefore = 0;
  /** `withheld`: the machine is about to be reset. */
  #state: 'feeding' | 'booking' | 'withheld' = 'feeding';
  #nextAttemptAtMs = -Infinity;

  constructor(options: WatchdogKeeperOptions) {
    this.#options = options;
  }

  /** Never rejects: an agent without a watchdog is better than none. */
  async start(): Promise<void> {
    const { watchdog, book, nowMs, logger } = this.#options;
    if (!(await watchdog.start())) return;
    this.#flushedAtMs = nowMs();
    this.#soundSinceMs = nowMs();
    this.#timer = setInterval(() => this.#look(), feedIntervalMs);
    try {
      await book.open();
      this.#rebootsBefore = book.count;
    } catch (error) {
      logger.error({ err: error }, 'reboots can not be counted');
    }
    logger.info({ rebootsInARow: book.count }, 'the watchdog is fed');
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.watchdog.stop();
  }

  /**
   * For a process that is about to kill itself: resolves at once, but where the machine should be reset, only when that
   * has not come. Else the next process would feed the device, and a reset that is counted would not happen.
   */
  async awaitReset(): Promise<void> {
    if (this.#timer === undefined || this.#fault(this.#rebootsBefore) === undefined) return;
    await new Promise<void>((resolve) => void setTimeout(resolve, resetWithinMs));
  }

  #look(): void {
    const { watchdog, nowMs } = this.#options;
    this.#askOutbox();
    const fault = this.#fault(this.#rebootsBefore);
    if (this.#state === 'withheld' && fault === undefined) this.#state = 'feeding';
    const isDue = fault !== undefined && nowMs() >= this.#nextAttemptAtMs;
    if (this.#state === 'feeding' && isDue) void this.#withhold(fault);
    this.#noteSound();
    if (this.#state !== 'withheld') watchdog.feed();
  }

  #askOutbox(): void {
    const { vitalSigns, nowMs } = this.#options;
    if (this.#isFlushing || vitalSigns.flush === undefined) return;
    this.#isFlushing = true;
    const answered = () => {
      this.#isFlushing = false;
      this.#flushedAtMs = nowMs();
    };
    vitalSigns.flush().then(answered, answered);
  }

  /** Why the machine should be restarted after so many reboots in a row; undefined where it should not. */
  #fault(rebootsBefore: number): string | undefined {
    const { vitalSigns, isCameraLocal, nowMs } = this.#options;
    const patience = (timeoutMs: number) =>
      Math.min(longestTimeoutMs, timeoutMs * backOff ** rebootsBefore);
    if (isCameraLocal && vitalSigns.frameAgeMs >= patience(frameTimeoutMs)) {
      return 'the camera gives no frame';
    }
    if (vitalSigns.hangingMs >= patience(hangTimeoutMs)) return 'the networks hang';
    const silentMs = nowMs() - this.#flushedAtMs;
    return silentMs >= patience(flushTimeoutMs) ? 'the outbox does not answer' : undefined;
  }

  /** Patience is no cure: sound is what even a first reboot would find no reason in. */
  #noteSound(): void {
    const { book, nowMs, logger } = this.#options;
    if (this.#fault(0) !== undefined) this.#soundSinceMs = nowMs();
    if (book.count === 0 || nowMs() - this.#soundSinceMs < curedAfterMs) return;
    this.#soundSinceMs = nowMs();
    this.#rebootsBefore = 0;
    book.write(0).catch((error: unknown) => logger.error({ err: error }, 'reboots not counted'));
  }

  /** First the count, then the reset: one that isn't counted could come again and again. */
  async #withhold(fault: string): Promise<void> {
    const { book, nowMs, logger } = this.#options;
    this.#state = 'booking';
    const timeout = new Promise<void>((resolve) => void setTimeout(resolve, bookTimeoutMs).unref());
    try {
      await Promise.race([book.write(book.count + 1), timeout]);
      this.#state = 'withheld';
      logger.error({ fault, rebootsInARow: book.count }, 'the watchdog is not fed any more');
    } catch (error) {
      this.#state = 'feeding';
      this.#nextAttemptAtMs = nowMs() + frameTimeoutMs;
      logger.error({ err: error, fault }, 'no reboot, since it can not be counted');
    }
  }
}

/** The agent with what must be there from before its start until after its stop, as its watchdog. */
export function guarded(agent: Lifecycle, guard: Lifecycle): Lifecycle {
  return {
    start: async () => {
      await guard.start();
      try {
        await agent.start();
      } catch (error) {
        await guard.stop();
        throw error;
      }
    },
    stop: async () => {
      try {
        await agent.stop();
      } finally {
        await guard.stop();
      }
    },
  };
}
