import type { DeviceRecord } from '@emotion-fleet/contracts';
import { seededUnit } from '../../../src/capture/seeded-random.ts';
import type { OutboxBatch } from '../../../src/outbox/batch-reader.ts';
import type { FileOutbox } from '../../../src/outbox/file-outbox.ts';
import { FolderFiles } from '../../../src/outbox/folder-files.ts';
import { ordinalOfSegment } from '../../../src/outbox/outbox-state.ts';
import { scanSegment } from '../../../src/outbox/segment-scan.ts';
import { Cloud } from '../cloud.ts';
import { presenceDraft, sampleDraft, visitDraft } from '../drafts.ts';
import { folderAfterCut, survivals } from './cut-image.ts';
import { withFault, type Fault } from './faults.ts';
import { offsetOf, openOutbox, outboxFolder, type TurnedClock } from './open-outbox.ts';
import { Pledges } from './pledges.ts';
import { SimulatedDisk } from './simulated-disk.ts';

export interface CutDeviceOptions {
  readonly seed: number;
  /** Room for about 50 records only, and days that pass: the oldest records are given up. */
  readonly isSmall: boolean;
  readonly fault?: Fault | undefined;
  /** Called at each point at which the power might be cut, while the device waits. */
  readonly onPoint: (operation: string, device: CutDevice) => Promise<void>;
}

/** What the agent does next, as often as the step stands here. */
const steps = [
  ...['sample', 'sample', 'sample', 'sample', 'sample', 'visit', 'presence'],
  ...['flush', 'flush', 'flush', 'take', 'take', 'take', 'ack', 'ack', 'ack'],
  ...['rewind', 'clock', 'hours'],
] as const;
type Step = (typeof steps)[number];

export const markIntervalMs = 500;
const limits = { maxRecords: 5, maxBytes: 4_000 };
/** A life's chance to end at a point, by a kill or a cut; greater where the state of all runs is half written. */
const endShare = (operation: string) => (operation.startsWith('sync state') ? 1 / 10 : 1 / 40);

interface Life {
  readonly outbox: FileOutbox;
  readonly files: FolderFiles;
  readonly clock: TurnedClock;
  readonly runId: string;
  readonly inFlight: OutboxBatch[];
}

/** A device whose agent is started again and again, by turns after a power cut, a kill and an orderly stop. */
export class CutDevice {
  readonly cloud = new Cloud();
  readonly pledges = new Pledges();
  readonly isSmall: boolean;
  disk = new SimulatedDisk();
  readonly #options: CutDeviceOptions;
  #starts = 0;
  #tokens = 0;
  #draws = 0;
  /** The present life ended by a kill, not by a cut. */
  #isKilled = false;

  constructor(options: CutDeviceOptions) {
    this.#options = options;
    this.isSmall = options.isSmall;
  }

  /** One start of the agent, some work, and an end of any kind. */
  async live(): Promise<void> {
    this.#isKilled = false;
    this.disk.onPoint = async (operation) => {
      await this.#options.onPoint(operation, this);
      if (this.disk.isOff || this.#random() >= endShare(operation)) return;
      this.#isKilled = this.#random() < 0.5;
      this.disk.cutPower();
    };
    const life = await this.#start().catch((error: unknown) => {
      if (!this.disk.isOff) throw error;
    });
    const count = 10 + Math.floor(this.#random() * 40);
    for (let step = 0; step < count && life !== undefined && !this.disk.isOff; step += 1) {
      await this.#take(steps[Math.floor(this.#random() * steps.length)]!, life);
    }
    if (!this.disk.isOff && this.#random() < 0.3) await life?.outbox.stop();
    this.disk = this.#nextDisk();
  }

  #nextDisk(): SimulatedDisk {
    if (!this.disk.isOff || this.#isKilled) return this.disk.afterKill();
    const survival = survivals[Math.floor(this.#random() * survivals.length)]!;
    const random = () => this.#random();
    return new SimulatedDisk(folderAfterCut(this.disk.root, { survival, random }));
  }

  async #start(): Promise<Life> {
    const { fault, isSmall } = this.#options;
    this.#starts += 1;
    const runId = runIdOf(fault === 'same run id' ? 1 : this.#starts);
    this.pledges.begin(runId);
    const fileSystem = withFault(this.disk, fault);
    const files = new FolderFiles({ folder: outboxFolder, fileSystem });
    const clock: TurnedClock = { nowMs: 1_000, offset: undefined };
    const outbox = openOutbox({ files, clock, runId, isSmall, markIntervalMs });
    await outbox.start();
    return { outbox, files, clock, runId, inFlight: [] };
  }

  async #take(step: Step, life: Life): Promise<void> {
    const { outbox, clock, inFlight } = life;
    clock.nowMs += 100;
    if (step === 'sample') outbox.append({ ...sampleDraft(clock.nowMs), trackId: this.#token() });
    if (step === 'visit') outbox.append({ ...visitDraft(clock.nowMs), trackId: this.#token() });
    if (step === 'presence') outbox.append(presenceDraft(clock.nowMs));
    if (step === 'rewind') outbox.rewind();
    if (step === 'clock') clock.offset ??= offsetOf(this.#starts);
    if (step === 'hours') clock.nowMs += this.isSmall ? 50 * 3_600_000 : 3_600_000;
    if (step === 'flush') await this.#flush(life);
    if (step === 'take') {
      const batch = await outbox.take(limits);
      if (batch === undefined) return;
      inFlight.push(batch);
      if (this.#options.fault === 'ack before delivery') outbox.ack(batch);
      else this.cloud.receive(batch.payload);
    }
    const acked = step === 'ack' ? inFlight.shift() : undefined;
    if (acked === undefined) return;
    if (this.#options.fault === 'ack before delivery') this.cloud.receive(acked.payload);
    outbox.ack(acked);
    this.pledges.ack(tokensOf(acked), clock.nowMs);
  }

  async #flush({ outbox, files, clock, runId }: Life): Promise<void> {
    const isDated = clock.offset !== undefined;
    await outbox.flush();
    if (this.disk.isOff) return;
    const seqs = await seqsOnDisk(files, runId);
    this.pledges.synced({ seqs, isDated, nowMs: clock.nowMs, markIntervalMs });
  }

  #token(): string {
    this.#tokens += 1;
    const token = `t${String(this.#tokens).padStart(5, '0')}`;
    this.pledges.append(token);
    return token;
  }

  #random(): number {
    return seededUnit({ seed: this.#options.seed, step: this.#draws++ });
  }
}

export function runIdOf(start: number): string {
  return `00000000-0000-4000-8000-${String(start).padStart(12, '0')}`;
}

export function recordsOf(batch: OutboxBatch): DeviceRecord[] {
  return (JSON.parse(batch.payload.toString()) as { records: DeviceRecord[] }).records;
}

/** The `trackId` of each record that has one. */
export function tokensOf(batch: OutboxBatch): string[] {
  return recordsOf(batch).flatMap((record) => ('trackId' in record ? [record.trackId] : []));
}

async function seqsOnDisk(files: FolderFiles, runId: string): Promise<Map<string, number>> {
  const seqs = new Map<string, number>();
  for (const name of await files.list()) {
    if (ordinalOfSegment(name) === undefined) continue;
    const scan = await scanSegment(files, name);
    if (scan.runId !== runId) continue;
    for (const { body, seq } of scan.records) {
      const { trackId } = JSON.parse(`{${body}`) as { trackId?: string };
      if (trackId !== undefined) seqs.set(trackId, seq);
    }
  }
  return seqs;
}
