import type { RunDiary } from '../support/balance.ts';
import { noteAcks } from '../support/note-acks.ts';
import type { SeqBook } from '../support/seq-book.ts';
import { SimulatedDevice, type SimulatedDeviceOptions } from '../support/simulated-device.ts';
import type { Adapters } from './faulty-adapters.ts';
import { Lifeline } from './lifeline.ts';

const minuteMs = 60_000;

export interface LaboratoryDeviceOptions extends Pick<
  SimulatedDeviceOptions,
  'deviceId' | 'token' | 'url' | 'folder' | 'seed' | 'startsAt'
> {
  readonly adapters: Adapters;
  /** Where it writes down what a gateway has acked. */
  readonly acked: SeqBook;
}

/** A simulated device of this process that can be killed: its next run finds what the disk has. */
export class LaboratoryDevice {
  /** Of each run, as `device/run`. */
  readonly diaries = new Map<string, RunDiary>();
  readonly #options: LaboratoryDeviceOptions;
  #lifeline = new Lifeline();
  #simulated: SimulatedDevice;

  constructor(options: LaboratoryDeviceOptions) {
    this.#options = options;
    this.#simulated = this.#newRun(options.startsAt);
  }

  /** Of the run that is under way. */
  get diary(): RunDiary {
    return this.diaries.get(this.#key)!;
  }

  start(): Promise<void> {
    return this.#simulated.start();
  }

  append(records: number): void {
    this.#simulated.append(records);
    this.#note({ made: this.diary.made + records });
  }

  drain(limitMs: number): Promise<boolean> {
    return this.#simulated.drain(limitMs);
  }

  /** kill -9, and a new run at once. */
  async kill(): Promise<void> {
    const killed = this.#simulated;
    this.#lifeline.cut();
    await killed.stop().catch(() => undefined);
    this.#lifeline = new Lifeline();
    this.#simulated = this.#newRun(killed.now + minuteMs);
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#simulated.stop();
    this.#note({ hasEnded: true });
  }

  get #key(): string {
    return `${this.#options.deviceId}/${this.#simulated.runId}`;
  }

  #note(news: Partial<RunDiary>): void {
    this.diaries.set(this.#key, { ...this.diary, ...news });
  }

  #newRun(startsAt: number): SimulatedDevice {
    const { adapters, acked, seed, ...options } = this.#options;
    const { deviceId } = options;
    const lifeline = this.#lifeline;
    const simulated = new SimulatedDevice({
      ...options,
      ...{ startsAt, batchRecords: 20, seed: seed + 1_000 * this.diaries.size },
      aroundFiles: (files) => adapters.aroundFiles(lifeline.aroundFiles(files)),
      onSynced: (syncedBelow) => this.#note({ syncedBelow }),
      aroundOutbox: (outbox) =>
        noteAcks(outbox, (runId, seqs) => seqs.forEach((seq) => acked.add(deviceId, runId, seq))),
    });
    const diary = { made: 0, syncedBelow: 0, hasEnded: false };
    this.diaries.set(`${deviceId}/${simulated.runId}`, diary);
    return simulated;
  }
}
