import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { Logger } from '@emotion-fleet/service';
import type { Watchdog } from '../ports.ts';

export interface DeviceWatchdogOptions {
  /** The device file, for example `/dev/watchdog`. */
  readonly path: string;
  readonly logger: Logger;
}

/** Any byte but the one that disarms. */
const meal = Buffer.from([0]);
/** The driver disarms at a close only where this was the last thing written: "magic close". */
const disarm = Buffer.from('V');

const reasons: Readonly<Record<string, string>> = {
  EBUSY: "another program feeds it already (systemd's RuntimeWatchdogSec): one of the two must go",
  ENOENT: 'there is no such device: load the kernel module (bcm2835_wdt on a Pi)',
  EACCES: 'the agent may not open it: run it as root, or privileged',
  EPERM: 'the agent may not open it: run it as root, or privileged',
};

/**
 * The Linux watchdog API (Documentation/watchdog/watchdog-api): armed from the open on, fed by each write, after its own
 * timeout (15 s on a Pi) it resets the machine. A process that ends by itself disarms it, even by an error: it can be
 * started again. One that hangs or is killed doesn't.
 */
export class DeviceWatchdog implements Watchdog {
  readonly #options: DeviceWatchdogOptions;
  readonly #onExit = () => this.#disarm();
  #file: number | undefined;

  constructor(options: DeviceWatchdogOptions) {
    this.#options = options;
  }

  async start(): Promise<boolean> {
    const { path, logger } = this.#options;
    try {
      this.#file = openSync(path, constants.O_WRONLY | constants.O_APPEND);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      const detail = `No watchdog at ${path}: ${reasons[code] ?? code}. The agent goes on without.`;
      logger.warn({ code, detail }, 'no watchdog');
      return false;
    }
    process.once('exit', this.#onExit);
    this.feed();
    return true;
  }

  /** Synchronous, since the kernel takes a byte at once and the promise pool may hang with a disk. */
  feed(): void {
    if (this.#file === undefined) return;
    try {
      writeSync(this.#file, meal);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'the watchdog takes no food');
    }
  }

  async stop(): Promise<void> {
    process.off('exit', this.#onExit);
    this.#disarm();
  }

  #disarm(): void {
    if (this.#file === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    try {
      writeSync(file, disarm);
      closeSync(file);
    } catch (error) {
      this.#options.logger.error({ err: error }, 'the watchdog is not disarmed');
    }
  }
}
