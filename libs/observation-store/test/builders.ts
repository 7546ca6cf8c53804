import { goldenRecords, readGolden } from '@emotion-fleet/contracts/golden';
import {
  ledgerBlockSeqs,
  type DeviceRecord,
  type HealthMessage,
  type RecordKind,
  type StatusMessage,
} from '@emotion-fleet/contracts';
import {
  hourMs,
  floorToHour,
  type LedgerBlockRow,
  type LedgerRunRow,
  type RecordRow,
} from '@emotion-fleet/observation-store';

/** A whole hour of yesterday: young enough for every retention. */
export const anHour = floorToHour(Date.now()) - 24 * hourMs;

const aRun = '11111111-1111-4111-8111-111111111111';
export const anotherRun = '22222222-2222-4222-8222-222222222222';

export interface RecordOptions {
  readonly deviceId: string;
  readonly kind?: RecordKind;
  readonly runId?: string;
  readonly seq: number;
  /** The record's place in time: `startedAt` of visits and presence, else `observedAt`. */
  readonly time: number;
  readonly receivedAt?: number;
}

export function recordRow(options: RecordOptions): RecordRow {
  const { deviceId, kind = 'sample', runId = aRun, seq, time } = options;
  const golden = goldenRecords().find((record) => record.kind === kind);
  if (golden === undefined) throw new Error(`no golden ${kind}`);
  const record: DeviceRecord = { ...golden, runId, seq, observedAt: time };
  if (record.kind === 'visit' || record.kind === 'presence') {
    record.startedAt = time;
    record.observedAt = time + 5_000;
  }
  if (record.kind === 'visit') record.endedAt = record.observedAt;
  return { deviceId, receivedAt: options.receivedAt ?? record.observedAt + 250, record };
}

/** A block with the given positions (0 to 4,095) set. */
export function ledgerBlock(
  row: Pick<LedgerBlockRow, 'deviceId' | 'version'> &
    Partial<Pick<LedgerBlockRow, 'runId' | 'block'>> & { readonly stored?: readonly number[] },
): LedgerBlockRow {
  const { deviceId, version, runId = aRun, block = 0, stored = [] } = row;
  const empty = (): Uint8Array => new Uint8Array(ledgerBlockSeqs / 8);
  const bits = empty();
  for (const seq of stored) bits[seq >> 3] = (bits[seq >> 3] ?? 0) | (1 << (seq & 7));
  return {
    ...{ deviceId, runId, block, version },
    ...{ stored: bits, declared: empty(), rejected: empty(), firstAt: anHour, lastAt: anHour + 1 },
  };
}

export function ledgerRun(
  row: Pick<LedgerRunRow, 'deviceId' | 'version' | 'headSeq'>,
): LedgerRunRow {
  return { ...row, runId: aRun, ackedBelow: 0, firstAt: anHour, lastAt: anHour + 1 };
}

export function statusMessage(connectSeq: number, state: StatusMessage['state']): StatusMessage {
  return { ...(readGolden('status') as StatusMessage), connectSeq, state };
}

export function healthMessage(uptimeMs: number): HealthMessage {
  return { ...(readGolden('health') as HealthMessage), uptimeMs };
}
