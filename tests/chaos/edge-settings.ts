import { readFileSync } from 'node:fs';

/** Rare, so that a kill finds records that are not on disk yet. */
export const flushIntervalMs = 1_000;

/** What an edge process is told: a file, since it is too long for a command line. */
export interface EdgeSettings {
  readonly journalFile: string;
  readonly seed: number;
  /** Epoch ms of the first record. */
  readonly startsAt: number;
  readonly recordsPerSecond: number;
  readonly devices: readonly EdgeDevice[];
}

export interface EdgeDevice {
  readonly deviceId: string;
  /** Of all devices, so that its records depend on the seed alone. */
  readonly index: number;
  readonly token: string;
  readonly url: string;
  readonly folder: string;
  /** Records to make, over all runs. */
  readonly quota: number;
  /** Camera time that passes without records, see `DraftOptions`. */
  readonly idleMs: number;
  /** An outbox of a few kilobytes. */
  readonly hasSmallDisk: boolean;
  /** Sends batches again and swaps them. */
  readonly isUnruly: boolean;
}

/** What an edge process is asked while it runs. */
export type EdgeRequest =
  /** Records beyond the quota, at once, by the devices with a small disk. */
  | { readonly kind: 'burst'; readonly records: number }
  /** Every second small disk takes nothing more, or takes records again. */
  | { readonly kind: 'disks'; readonly full: boolean }
  /** Everything on disk and acked, as soon as the quota is made; then it says `drained`. */
  | { readonly kind: 'drain' };

/** What it says of itself twice a second. */
export interface EdgeReport {
  /** Over all runs of all its devices. */
  readonly made: number;
  readonly waiting: number;
  /** Since this process started, as are those below. */
  readonly declared: number;
  /** Of the records made, those that a burst has asked for. */
  readonly burst: number;
  /** Writes that a full disk has refused. */
  readonly refused: number;
  readonly repeated: number;
  readonly swapped: number;
  readonly isQuotaMade: boolean;
  readonly isDrained: boolean;
}

export function readEdgeSettings(file: string): EdgeSettings {
  return JSON.parse(readFileSync(file, 'utf8')) as EdgeSettings;
}
