import { randomUUID } from 'node:crypto';
import type { DeviceRecord } from '@emotion-fleet/contracts';
import { recordDrafts } from '../../tests/support/record-drafts.ts';
import { seededRandom } from '../../tests/support/seeded-random.ts';

/** One run of a camera before which people come and go; its time passes only as records are asked for. */
export class DeviceRecords {
  readonly deviceId: string;
  readonly #runId = randomUUID();
  readonly #startsAt: number;
  readonly #drafts;
  #seq = 0;
  #next: DeviceRecord | undefined;

  constructor({
    deviceId,
    seed,
    startsAt,
    idleMs = 0,
  }: {
    readonly deviceId: string;
    readonly seed: number;
    readonly startsAt: number;
    /** See `DraftOptions`. */
    readonly idleMs?: number;
  }) {
    this.deviceId = deviceId;
    this.#startsAt = startsAt;
    this.#drafts = recordDrafts({ random: seededRandom(seed), startsAtMs: 0, idleMs });
  }

  next(): DeviceRecord {
    const record = this.#next ?? this.#make();
    this.#next = undefined;
    return record;
  }

  /** All that the camera says before this time (epoch ms). */
  until(time: number): DeviceRecord[] {
    const records: DeviceRecord[] = [];
    for (;;) {
      const record = this.next();
      if (record.observedAt >= time) {
        this.#next = record;
        return records;
      }
      records.push(record);
    }
  }

  #make(): DeviceRecord {
    const draft = this.#drafts.next().value;
    const seq = this.#seq++;
    const runId = this.#runId;
    const { observedAtMs, ...fields } = draft;
    const observedAt = this.#startsAt + observedAtMs;
    const common = { schema: 1, runId, seq, observedAt, clock: 'ntp' } as const;
    if (!('startedAtMs' in fields)) return { ...common, ...fields };
    const { startedAtMs, ...rest } = fields;
    const startedAt = this.#startsAt + startedAtMs;
    if (rest.kind === 'visit') return { ...common, ...rest, startedAt, endedAt: observedAt };
    const runs = [{ runId, headSeq: seq + 1, ackedBelow: seq }];
    return { ...common, ...rest, startedAt, runs };
  }
}
