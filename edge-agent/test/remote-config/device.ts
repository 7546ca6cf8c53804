import assert from 'node:assert/strict';
import {
  configValidators,
  type DesiredConfig,
  type DeviceSettings,
} from '@emotion-fleet/contracts';
import { silentLogger } from '@emotion-fleet/service';
import type { ConfiguredRuns, ModelTrial } from '../../src/remote-config/config-ports.ts';
import { ConfigRefused } from '../../src/remote-config/errors.ts';
import { RemoteConfig } from '../../src/remote-config/remote-config.ts';
import { SettledFile } from '../../src/remote-config/settled-file.ts';
import { FaultyFiles } from '../outbox/faulty-files.ts';

export function wishOf(version: number, settings: DeviceSettings = {}): DesiredConfig {
  return { schema: 1, version, setAt: 1_800_000_000_000, settings };
}

export function payloadOf(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** What a configuration does to the agent that tries it. */
export type Fate = 'good' | 'model_answers' | 'model_unreachable' | 'not_started' | 'crash';

/** Never settles: the process is gone. */
const gone = new Promise<never>(() => undefined);

/**
 * A device with a disk: each `boot` is a process with the real RemoteConfig over runs and trials that do what a wish's
 * `sampleIntervalMs` says. `kill` takes the process, `RemoteConfig.stop` ends it in good order.
 */
export class Device {
  files = new FaultyFiles();
  readonly fates: readonly Fate[];
  remote!: RemoteConfig;
  /** In force in the process that runs now; undefined: own settings. */
  running: DesiredConfig | undefined;
  isCrashed = false;
  /** Each use of a wish, in a trial or a run, with its version. */
  readonly uses: string[] = [];
  /** The trial waits for it. */
  gate: Promise<unknown> = Promise.resolve();
  missing = new Set<number>();
  kept: readonly DeviceSettings[] = [];
  #life = 0;
  #crash = Promise.withResolvers<undefined>();

  constructor(fates: readonly Fate[] = []) {
    this.fates = fates;
  }

  get version(): number {
    return this.running?.version ?? 0;
  }

  /** A new process on what the last one left on disk. */
  async boot(): Promise<void> {
    this.#life += 1;
    this.isCrashed = false;
    this.#crash = Promise.withResolvers<undefined>();
    this.running = undefined;
    this.#takeDisk();
    const logger = silentLogger();
    this.remote = new RemoteConfig({
      file: new SettledFile({ files: this.files, logger }),
      runs: this.#runs(this.#life),
      trial: this.#trial(this.#life),
      logger,
    });
    await Promise.race([this.remote.start(), this.#crash.promise]);
  }

  /** The process is gone, whatever it was doing: what it still does reaches neither disk nor world. */
  kill(): void {
    this.#life += 1;
    this.#takeDisk();
    this.isCrashed = true;
    this.#crash.resolve(undefined);
  }

  /** What the process before still writes fails. */
  #takeDisk(): void {
    const before = this.files;
    this.files = before.afterKill();
    before.cutAfter = 0;
  }

  fateOf({ settings }: DesiredConfig): Fate {
    return this.fates[settings.sampleIntervalMs ?? 0] ?? 'good';
  }

  #runs(life: number): ConfiguredRuns {
    const use = async (desired: DesiredConfig | undefined) => {
      await this.#alive(life);
      if (desired === undefined) {
        this.running = undefined;
        return;
      }
      this.#use(desired, 'run');
      if (this.fateOf(desired) === 'not_started') throw new Error('no camera');
      this.running = desired;
    };
    return { begin: use, change: use, stop: () => this.#alive(life) };
  }

  #trial(life: number): ModelTrial {
    return {
      isReady: async (settings) => !this.missing.has(settings.sampleIntervalMs ?? -1),
      load: async (settings, signal) => {
        await this.#alive(life);
        if (this.fateOf(wishOf(0, settings)) === 'model_unreachable') {
          throw new ConfigRefused('model_unreachable', 'no network');
        }
        signal.throwIfAborted();
        this.missing.delete(settings.sampleIntervalMs ?? -1);
      },
      tryOut: async ({ desired }) => {
        await this.#alive(life);
        this.#use(desired, 'try');
        await this.gate;
        await this.#alive(life);
        if (this.fateOf(desired) === 'crash') {
          this.kill();
          await gone;
        }
        if (this.fateOf(desired) === 'model_answers')
          throw new ConfigRefused('model_answers', 'wrong');
      },
      tidy: async (kept) => void (this.kept = kept),
    };
  }

  #use(desired: DesiredConfig, how: string): void {
    assert.ok(configValidators.desired.Check(desired));
    this.uses.push(`${how} ${desired.version} ${JSON.stringify(desired.settings)}`);
  }

  async #alive(life: number): Promise<void> {
    if (life !== this.#life) await gone;
  }

  /** Hears of a wish, and does what it can about it. */
  async told(desired: DesiredConfig): Promise<void> {
    this.remote.receive(payloadOf(desired));
    await this.settle();
  }

  /** Whatever can happen without a new message has happened. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 60; turn += 1) await Promise.resolve();
    await new Promise(setImmediate);
  }
}
