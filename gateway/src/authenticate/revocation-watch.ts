import type { Logger } from '@emotion-fleet/service';
import type { DeviceAuthenticator, DeviceCredentials } from './device-authenticator.ts';

export interface WatchedSession {
  readonly credentials: DeviceCredentials;
  readonly close: () => void;
}

export interface RevocationWatchOptions {
  readonly authenticator: DeviceAuthenticator;
  readonly sessions: () => Iterable<WatchedSession>;
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly onRevoked: () => void;
}

/**
 * Asks again, round after round, for every device that is connected, and cuts those that may not be any
 * more. Where nobody can say, the device stays: a registry that is down must not silence the fleet.
 */
export class RevocationWatch {
  readonly #options: RevocationWatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #round: Promise<void> = Promise.resolve();

  constructor(options: RevocationWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = true;
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #schedule(): void {
    if (!this.#running) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#checkAll().then(() => this.#schedule());
    }, this.#options.intervalMs);
  }

  async #checkAll(): Promise<void> {
    const { authenticator, sessions, logger, onRevoked } = this.#options;
    for (const { credentials, close } of [...sessions()]) {
      if (!this.#running) return;
      const { deviceId } = credentials;
      try {
        if (await authenticator.authenticate(credentials)) continue;
        logger.info({ deviceId }, 'device is revoked');
        onRevoked();
        close();
      } catch (error) {
        logger.warn({ err: error, deviceId }, 'device could not be checked again');
      }
    }
  }
}
