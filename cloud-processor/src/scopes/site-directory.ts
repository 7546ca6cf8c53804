import type { DeviceRegistry } from '@emotion-fleet/observation-store';
import type { Clock } from '../clock.ts';
import { SiteHistory } from './site-history.ts';

export interface SiteDirectoryOptions {
  readonly registry: Pick<DeviceRegistry, 'listAssignments'>;
  readonly clock: Clock;
  /** How long an answer of the registry is used. */
  readonly maxAgeMs: number;
  /** Told when the registry can't be read and the last answer is used on. */
  readonly onStale?: ((error: unknown) => void) | undefined;
}

/** The registry's assignments, read again now and then. */
export class SiteDirectory {
  readonly #options: SiteDirectoryOptions;
  #history: SiteHistory | undefined;
  #readAt = -Infinity;

  constructor(options: SiteDirectoryOptions) {
    this.#options = options;
  }

  /**
   * The history, read again where it is old or doesn't know one of the devices, which was added just now.
   * Rejects only while the registry has never been readable.
   */
  async current(devices: Iterable<string>): Promise<SiteHistory> {
    const { registry, clock, maxAgeMs, onStale } = this.#options;
    const now = clock.now();
    const isRecent = now - this.#readAt < maxAgeMs;
    if (this.#history !== undefined && isRecent && this.#history.knowsAll(devices)) {
      return this.#history;
    }
    try {
      this.#history = new SiteHistory(await registry.listAssignments());
    } catch (error) {
      if (this.#history === undefined) throw error;
      onStale?.(error);
    }
    this.#readAt = now;
    return this.#history;
  }
}
