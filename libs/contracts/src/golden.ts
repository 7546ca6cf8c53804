import { readFileSync } from 'node:fs';
import type { DeviceRecord } from './records.ts';

/** Example messages that every side's tests read; the files in `golden/` are the contract by example. */
export const goldenNames = [
  'sample',
  'sample-uncertain',
  'visit',
  'presence',
  'gap',
  'batch',
  'status',
  'health',
  'config',
  'config-reported',
] as const;
export type GoldenName = (typeof goldenNames)[number];

/** The parsed golden message of that name. */
export function readGolden(name: GoldenName): unknown {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8'));
}

/** One record of each kind, with seqs 0 to 4 of one run. */
export function goldenRecords(): DeviceRecord[] {
  return (readGolden('batch') as { records: DeviceRecord[] }).records;
}
