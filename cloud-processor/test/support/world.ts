import {
  encodeLogged,
  logPartitions,
  logTopics,
  outboxMaxAgeMs,
  emotions,
  type DeviceRecord,
  type LoggedRecord,
} from '@emotion-fleet/contracts';
import { partitionOf, type PartitionBatch, type StoredLogEntry } from '@emotion-fleet/event-log';
import type { Assignment } from '@emotion-fleet/observation-store';
import { Random } from './random.ts';
import { gap, presence, sample, startAt, visit } from './records.ts';

const minute = 60_000;
const hour = 60 * minute;
const devices = ['cam-a', 'cam-b', 'cam-c', 'cam-d'];

/** A made-up history of a few cameras: what each partition of the log holds, and what the ledger must say. */
export interface World {
  readonly entries: ReadonlyMap<number, readonly StoredLogEntry[]>;
  readonly assignments: readonly Assignment[];
  /** Every message of the log in its order, repetitions included. */
  readonly logged: readonly LoggedRecord[];
}

/** Late in the evening, so that hours, and a UTC day, end within the history. */
const beginsAt = startAt + 12 * hour + 40 * minute;

export function makeWorld(seed: number, recordsPerRun = 40): World {
  const random = new Random(seed);
  const logged = devices.flatMap((deviceId) =>
    disturb(deviceHistory(deviceId, random, recordsPerRun), random),
  );
  const entries = new Map<number, StoredLogEntry[]>();
  for (const one of logged) {
    const partition = partitionOf(one.deviceId, logPartitions);
    const list = entries.get(partition) ?? [];
    entries.set(partition, list);
    list.push({ key: one.deviceId, value: encodeLogged(one), offset: nextOffset(list, random) });
    if (random.chance(0.02)) {
      const value = new TextEncoder().encode('{"not": "a record"}');
      list.push({ key: one.deviceId, value, offset: nextOffset(list, random) });
    }
  }
  return { entries, assignments: assignments(), logged };
}

/** Cuts a partition's entries into batches of random size. */
export function batchOf(partition: number, entries: readonly StoredLogEntry[]): PartitionBatch {
  return { topic: logTopics.faceEmotions, partition, entries };
}

function nextOffset(list: readonly StoredLogEntry[], random: Random): number {
  return (list.at(-1)?.offset ?? 0) + 1 + (random.chance(0.1) ? random.below(5) : 0);
}

/** One camera moves from one site to another at 00:00. */
function assignments(): Assignment[] {
  const first = devices.map((deviceId, index) => ({
    deviceId,
    siteId: index < 2 ? 'north' : 'south',
    fromHour: startAt - 240 * hour,
  }));
  return [...first, { deviceId: 'cam-b', siteId: 'south', fromHour: startAt + 14 * hour }];
}

function deviceHistory(deviceId: string, random: Random, recordsPerRun: number): LoggedRecord[] {
  const runs = [0, 1].map((index) => `${uuidStart(random)}-0000-4000-8000-00000000000${index}`);
  return runs.flatMap((runId, index) => {
    const heads = runs.slice(0, index + 1);
    let observedAt = beginsAt + index * 60 * minute;
    return Array.from({ length: recordsPerRun }, (_, seq): LoggedRecord => {
      observedAt += random.below(90_000);
      const isLate = random.chance(0.05);
      const receivedAt = observedAt + random.below(5_000) + (isLate ? outboxMaxAgeMs : 0);
      if (random.chance(0.03)) {
        const record = { schema: 1, kind: 'rejected', runId, seq, reason: 'bad_shape' } as const;
        return { deviceId, receivedAt, record };
      }
      const record = anyRecord({ runId, seq, observedAt, heads, random });
      return { deviceId, receivedAt, record };
    });
  });
}

function anyRecord(given: {
  runId: string;
  seq: number;
  observedAt: number;
  heads: readonly string[];
  random: Random;
}): DeviceRecord {
  const { heads, random, ...own } = given;
  const share = random.next();
  const scores = { happy: share * 0.9, sad: 0.1, neutral: 0.9 - share * 0.9, other: 0 };
  switch (random.below(8)) {
    case 0:
      return presence({
        ...own,
        runs: heads.map((runId) => ({
          runId,
          headSeq: own.seq + 1,
          ackedBelow: random.below(own.seq + 1),
        })),
      });
    case 1:
      return gap({ ...own, ofRunId: heads[0]!, fromSeq: 100, toSeq: 100 + random.below(9_000) });
    case 2:
    case 3:
      return visit({
        ...own,
        startedAt: own.observedAt - random.below(20 * minute),
        readableMs: random.below(3_000),
        scores,
      });
    default: {
      const emotion = random.pick(emotions);
      return sample({
        ...own,
        face: { x: random.below(500), y: random.below(250), width: 60, height: 80 },
        durationMs: random.below(2_000),
        emotion,
        scores,
        ...(emotion === 'uncertain' ? { uncertainReason: 'low_confidence' as const } : {}),
      });
    }
  }
}

/** Repeats records with a later `receivedAt`, and lets runs overtake one another. */
function disturb(records: readonly LoggedRecord[], random: Random): LoggedRecord[] {
  const result: LoggedRecord[] = [];
  for (const one of records) {
    result.push(one);
    if (random.chance(0.15)) {
      const again = random.pick(result);
      result.push({ ...again, receivedAt: again.receivedAt + random.below(2 * outboxMaxAgeMs) });
    }
    if (random.chance(0.1) && result.length > 5) {
      const [moved] = result.splice(result.length - 1 - random.below(4), 1);
      result.push(moved!);
    }
  }
  return result;
}

function uuidStart(random: Random): string {
  return random
    .below(2 ** 32)
    .toString(16)
    .padStart(8, '0');
}
