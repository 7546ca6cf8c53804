import type { DesiredConfig, ReportedConfig } from '@emotion-fleet/contracts';
import type { Lifecycle } from '@emotion-fleet/service';
import type { ConfiguredRuns, ModelTrial } from './config-ports.ts';
import { decide } from './decide.ts';
import { ConfigRefused } from './errors.ts';
import { SettledKeeper, type SettledKeeperOptions } from './settled-keeper.ts';
import {
  candidatesOf,
  inUse,
  isSameWish,
  proved,
  rested,
  withoutRefusal,
  withoutResting,
  withoutUnproved,
  withUnproved,
} from './settled-state.ts';

export interface RemoteConfigOptions extends SettledKeeperOptions {
  readonly runs: ConfiguredRuns;
  readonly trial: ModelTrial;
}

/** The part of a report that isn't about the run itself. */
export type ConfigProgress = Pick<ReportedConfig, 'trying' | 'refused'>;

/** A run that lives for this long is proved: health and presence, the rarest of its work, were due by then. */
const standsAfterMs = 60_000;
const newWish = new Error('a newer configuration is desired');
const stopped = new Error('the agent stops');

/**
 * Takes what the operator wants to the device: decides on each message, loads and tries while the run goes on, changes
 * the run, and keeps on disk what is good. What is tried is on disk before it is used, so that an agent that dies on it
 * doesn't try it again. One trial at a time; a newer wish overtakes it.
 */
export class RemoteConfig implements Lifecycle {
  readonly #options: RemoteConfigOptions;
  readonly #settled: SettledKeeper;
  #running: DesiredConfig | undefined;
  /** What is to be tried, or is tried now. */
  #wish: DesiredConfig | undefined;
  /** The last message that came before the first run had begun. */
  #early: Uint8Array | undefined;
  #hasStarted = false;
  #isStopping = false;
  #abort = new AbortController();
  #work: Promise<void> | undefined;
  #provedTimer: NodeJS.Timeout | undefined;
  #listener: () => void = () => undefined;

  constructor(options: RemoteConfigOptions) {
    this.#options = options;
    this.#settled = new SettledKeeper(options);
  }

  get progress(): ConfigProgress {
    const trying = isSameWish(this.#wish, this.#running) ? undefined : this.#wish?.version;
    const { refused: last } = this.#settled.state;
    return {
      ...(trying !== undefined && { trying }),
      ...(last !== undefined && {
        refused: { version: last.version, code: last.code, reason: last.reason },
      }),
    };
  }

  /** Calls the listener, and no other one, whenever there is something new to report. */
  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  /** Begins with the newest configuration that is good. Rejects where not even the device's own settings work. */
  async start(): Promise<void> {
    await this.#settled.load();
    const missing = await this.#beginFirst();
    if (this.#isStopped()) return;
    this.#hasStarted = true;
    this.#awaitProof();
    if (missing !== undefined) this.#want(missing);
    if (this.#early !== undefined) this.receive(this.#early);
    this.#listener();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#provedTimer);
    this.#abort.abort(stopped);
    // First, since whoever stops us may lose patience.
    const settled = this.#settled;
    if (settled.isLoaded) await settled.keep(rested(settled.state, this.#running));
    await this.#options.runs.stop();
    await this.#work;
  }

  /** Takes a message from `config`. */
  receive(payload: Uint8Array): void {
    if (this.#isStopped()) return;
    if (!this.#hasStarted) {
      this.#early = payload;
      return;
    }
    const { logger } = this.#options;
    const { state } = this.#settled;
    const [running, trying] = [this.#running, this.#wish];
    const decision = decide({ state, running, trying, payload });
    if (decision.kind === 'wanted') {
      logger.info({ version: decision.desired.version }, 'another configuration is desired');
      this.#want(decision.desired);
    }
    if (decision.kind !== 'refused') return;
    const { refusal } = decision;
    if (JSON.stringify(refusal) === JSON.stringify(state.refused)) return;
    logger.warn({ ...refusal }, 'configuration refused');
    void this.#settled.keep({ ...state, refused: refusal });
    this.#listener();
  }

  /** Gives the configuration that would have come first, but whose files are not there. */
  async #beginFirst(): Promise<DesiredConfig | undefined> {
    const { trial } = this.#options;
    const failed: { desired: DesiredConfig; error: unknown }[] = [];
    let missing: DesiredConfig | undefined;
    for (const desired of candidatesOf(this.#settled.state)) {
      if (desired !== undefined && !(await trial.isReady(desired.settings))) {
        missing ??= desired;
        continue;
      }
      if (this.#isStopped()) return undefined;
      try {
        await this.#beginWith(desired);
        break;
      } catch (error) {
        if (desired === undefined || this.#isStopped()) throw error;
        failed.push({ desired, error });
      }
    }
    if (this.#isStopped()) return undefined;
    for (const { desired, error } of failed) this.#settled.refuse(desired, notStarted(error));
    await this.#settled.keep(withoutResting(this.#settled.state));
    return missing;
  }

  async #beginWith(desired: DesiredConfig | undefined): Promise<void> {
    const before = this.#settled.state;
    const isResting = desired !== undefined && isSameWish(desired, before.resting);
    this.#running = desired;
    try {
      if (isResting) await this.#settled.save(withUnproved(before, desired));
      await this.#options.runs.begin(desired);
    } catch (error) {
      this.#running = undefined;
      // Resting again: an end with a reason is no crash, and it is refused once another one has begun in its place.
      if (isResting && !this.#isStopped()) await this.#settled.keep(before);
      throw error;
    }
  }

  #want(desired: DesiredConfig): void {
    this.#wish = desired;
    this.#abort.abort(newWish);
    this.#work ??= this.#tryWishes();
    this.#listener();
  }

  /** Until nothing is desired that isn't in force or refused. */
  async #tryWishes(): Promise<void> {
    while (this.#wish !== undefined && !this.#isStopped()) {
      const desired = this.#wish;
      this.#abort = new AbortController();
      const { signal } = this.#abort;
      try {
        await this.#take(desired, signal);
      } catch (error) {
        await this.#drop(desired, { error, isOvertaken: signal.aborted });
      }
      if (this.#wish === desired) this.#wish = undefined;
      this.#listener();
    }
    // In the same turn as the last look at the wish, so that none is missed in between.
    this.#work = undefined;
  }

  async #take(desired: DesiredConfig, signal: AbortSignal): Promise<void> {
    const { runs, trial, logger } = this.#options;
    const running = this.#running;
    await trial.load(desired.settings, signal);
    signal.throwIfAborted();
    await this.#settled.save(withUnproved(this.#settled.state, desired));
    await trial.tryOut({ desired, running, signal });
    signal.throwIfAborted();
    clearTimeout(this.#provedTimer);
    // Before it is: a stop meanwhile lets it rest, and the new run's first report says so.
    this.#running = desired;
    this.#settled.state = withoutRefusal(this.#settled.state);
    try {
      await runs.change(desired);
    } catch (error) {
      this.#running = running;
      this.#awaitProof();
      throw notStarted(error);
    }
    logger.info({ version: desired.version }, 'the desired configuration is in force');
    if (this.#isStopped()) return;
    this.#settled.state = inUse(this.#settled.state, desired);
    this.#awaitProof();
    await this.#settled.keep();
  }

  /** It isn't in force: refused, unless it was overtaken or the agent stops. */
  async #drop(
    desired: DesiredConfig,
    { error, isOvertaken }: { error: unknown; isOvertaken: boolean },
  ): Promise<void> {
    if (this.#isStopped()) return;
    if (isOvertaken && !(error instanceof ConfigRefused && error.code === 'not_started')) {
      this.#settled.state = withoutUnproved(this.#settled.state, desired);
    } else {
      this.#settled.refuse(desired, error instanceof ConfigRefused ? error : notStarted(error));
    }
    await this.#settled.keep();
  }

  #awaitProof(): void {
    clearTimeout(this.#provedTimer);
    const running = this.#running;
    if (running === undefined || this.#isStopped()) return;
    if (!this.#settled.state.unproved.some((one) => isSameWish(one, running))) return;
    // What keeps the agent alive is its work, not this timer.
    this.#provedTimer = setTimeout(() => void this.#prove(running), standsAfterMs).unref();
  }

  async #prove(running: DesiredConfig): Promise<void> {
    const { trial, logger } = this.#options;
    logger.info({ version: running.version }, 'the configuration has stood');
    this.#settled.state = proved(this.#settled.state, running);
    this.#listener();
    await this.#settled.keep();
    const { accepted, before, unproved } = this.#settled.state;
    const kept = [accepted, before, this.#wish, ...unproved].filter((one) => one !== undefined);
    await trial
      .tidy(kept.map(({ settings }) => settings))
      .catch((error: unknown) => logger.warn({ err: error }, 'old model files not removed'));
  }

  /** A call, since it changes while a step awaits. */
  #isStopped(): boolean {
    return this.#isStopping;
  }
}

function notStarted(error: unknown): ConfigRefused {
  if (error instanceof ConfigRefused) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ConfigRefused('not_started', `No run could begin with it: ${reason}`, {
    cause: error,
  });
}
