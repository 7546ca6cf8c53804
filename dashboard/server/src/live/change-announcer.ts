export interface ChangeAnnouncerOptions {
  /** Told which devices have new windows; at most once a tick. */
  readonly announce: (deviceIds: readonly string[]) => void;
  /** Default 1,000. */
  readonly tickMs?: number;
}

/** After its last record a device is announced once more: the processor stores at least each 5 s. */
const settleTicks = 6;

/**
 * Turns "a record stands in the log" into "windows were stored". The server may run apart from the
 * processor, so that it can't be told: it waits for at least one tick, announces, and once a device has
 * said no more for six ticks announces it a last time, so that a page never stays behind.
 */
export class ChangeAnnouncer {
  readonly #announce: ChangeAnnouncerOptions['announce'];
  readonly #tickMs: number;
  #fresh = new Set<string>();
  #waiting = new Set<string>();
  readonly #settling = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ announce, tickMs = 1_000 }: ChangeAnnouncerOptions) {
    this.#announce = announce;
    this.#tickMs = tickMs;
  }

  /** Records of this device have been seen in the log. */
  note(deviceId: string): void {
    this.#fresh.add(deviceId);
    this.#timer ??= setInterval(() => this.#tick(), this.#tickMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#fresh.clear();
    this.#waiting.clear();
    this.#settling.clear();
  }

  #tick(): void {
    const due = this.#waiting;
    this.#waiting = this.#fresh;
    this.#fresh = new Set();
    for (const deviceId of this.#waiting) this.#settling.set(deviceId, settleTicks);
    for (const [deviceId, ticks] of this.#settling) {
      if (ticks > 0) {
        this.#settling.set(deviceId, ticks - 1);
      } else {
        this.#settling.delete(deviceId);
        due.add(deviceId);
      }
    }
    if (due.size > 0) this.#announce([...due].sort());
    if (this.#waiting.size === 0 && this.#settling.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
