import type { FileOutboxOptions, PublisherOutbox } from '@emotion-fleet/edge-agent/device';
import { noteAcks } from '../support/note-acks.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { SimulatedDevice } from '../support/simulated-device.ts';
import type { DevicePast, EdgeJournal } from './edge-journal.ts';
import { flushIntervalMs, type EdgeDevice, type EdgeSettings } from './edge-settings.ts';
import { SmallDisk } from './small-disk.ts';
import { UnrulyOutbox } from './unruly-outbox.ts';

const minuteMs = 60_000;
/** About 160 records on disk. */
const smallOutbox: Partial<FileOutboxOptions> = {
  flushIntervalMs: 200,
  maxBytes: 80 * 1024,
  segmentBytes: 8 * 1024,
  maxTailBytes: 32 * 1024,
  reserveBytes: 40 * 1024,
};
const normalOutbox: Partial<FileOutboxOptions> = { flushIntervalMs };
/** Small ones let an unruly device have several at hand to swap. */
const batchRecords = { normal: 100, unruly: 10 };
/** No more is made while so many wait; the small ones shall be full by a fault alone. */
const maxWaiting = { normal: 400, small: 80 };

export interface EdgeDeviceRunOptions {
  readonly settings: EdgeSettings;
  readonly device: EdgeDevice;
  readonly journal: EdgeJournal;
  readonly past: DevicePast | undefined;
}

/** One run of a simulated device that writes down what it makes and what is acked. */
export class EdgeDeviceRun {
  readonly disk = new SmallDisk();
  readonly device: EdgeDevice;
  readonly #journal: EdgeJournal;
  readonly #simulated: SimulatedDevice;
  #unruly: UnrulyOutbox | undefined;
  #made: number;
  #owed: number;
  #burst = 0;
  #burstMade = 0;

  constructor({ settings, device, journal, past }: EdgeDeviceRunOptions) {
    this.device = device;
    this.#journal = journal;
    this.#made = past?.made ?? 0;
    this.#owed = Math.max(0, device.quota - this.#made);
    const { deviceId, token, url, folder } = device;
    const seed = settings.seed * 1_000_003 + device.index * 1_009 + (past?.runs ?? 0);
    this.#simulated = new SimulatedDevice({
      ...{ deviceId, token, url, folder, seed, idleMs: device.idleMs },
      batchRecords: batchRecords[device.isUnruly ? 'unruly' : 'normal'],
      startsAt: past === undefined ? settings.startsAt : past.until + minuteMs,
      outbox: device.hasSmallDisk ? smallOutbox : normalOutbox,
      aroundFiles: (files) => (device.hasSmallDisk ? this.disk.around(files) : files),
      onSynced: (syncedBelow) => journal.synced(deviceId, syncedBelow),
      aroundOutbox: (outbox) => this.#aroundOutbox(outbox, seededRandom(seed ^ 0x5eed)),
    });
  }

  get made(): number {
    return this.#made;
  }

  get waiting(): number {
    return this.#simulated.status().records;
  }

  get declared(): number {
    return this.#simulated.status().declared;
  }

  get repeated(): number {
    return this.#unruly?.repeated ?? 0;
  }

  get burstMade(): number {
    return this.#burstMade;
  }

  get swapped(): number {
    return this.#unruly?.swapped ?? 0;
  }

  get isQuotaMade(): boolean {
    return this.#owed === 0 && this.#burst === 0;
  }

  /** Whether more may be made now. */
  get wantsRecords(): boolean {
    const { hasSmallDisk } = this.device;
    return this.#owed > 0 && this.waiting < maxWaiting[hasSmallDisk ? 'small' : 'normal'];
  }

  async start(): Promise<void> {
    this.#journal.run(this.device.deviceId, this.#simulated.runId);
    await this.#simulated.start();
  }

  /** Makes as many records of the quota as are left, at most `limit`; says how many. */
  make(limit: number): number {
    const records = Math.min(limit, this.#owed);
    this.#owed -= records;
    this.#append(records);
    return records;
  }

  /** Asks for records beyond the quota, however many wait. */
  burst(records: number): void {
    this.#burst += records;
  }

  /** Makes some of what `burst` has asked for, no more at once than the disk can take up. */
  makeBurst(limit: number): void {
    const records = Math.min(limit, this.#burst);
    this.#burst -= records;
    this.#burstMade += records;
    if (records > 0) this.#append(records);
  }

  drain(limitMs: number): Promise<boolean> {
    return this.#simulated.drain(limitMs);
  }

  async stop(): Promise<void> {
    await this.#simulated.stop();
    this.#journal.ended(this.device.deviceId);
  }

  #append(records: number): void {
    this.#simulated.append(records);
    this.#made += records;
    this.#journal.made(this.device.deviceId, records, Math.round(this.#simulated.now));
  }

  #aroundOutbox(outbox: PublisherOutbox, random: () => number): PublisherOutbox {
    const { deviceId, isUnruly } = this.device;
    const noted = noteAcks(outbox, (runId, seqs) => this.#journal.acked(deviceId, runId, seqs));
    if (!isUnruly) return noted;
    return (this.#unruly = new UnrulyOutbox({ outbox: noted, random }));
  }
}
