import type { DeviceRecord } from '@emotion-fleet/contracts';
import { audit, type Audit, type AuditOptions } from './audit.ts';
import { SeqBook } from './seq-book.ts';

export interface BalanceOptions extends AuditOptions {
  /** What a gateway has acked, as the devices themselves have written it down. */
  readonly acked: SeqBook;
  /** Of each run (`device/run`), as its device has written it down. */
  readonly diaries: ReadonlyMap<string, RunDiary>;
}

/** What a device has written down of a run beside its acks. */
export interface RunDiary {
  /** Records, without gap records. */
  readonly made: number;
  /** All seqs below were on the device's disk once, as the disk itself has said. */
  readonly syncedBelow: number;
  /** It stopped in good order, with all of its records on disk; else it was killed. */
  readonly hasEnded: boolean;
}

/** What became of every record, by a full scan of log and store and by what the devices say. */
export interface Balance {
  /** Distinct records of all kinds that were ever safe on a device's disk: stored, declared, lost or unexplained. */
  readonly detections: number;
  readonly stored: number;
  /** Made by runs that were killed, and not yet on disk by then, at the least: never sent, never missed. */
  readonly unsynced: number;
  /** Acked, yet neither stored nor declared. */
  readonly lost: number;
  readonly doubled: number;
  /** Given up by a device and said so; what is stored all the same counts as stored. */
  readonly declared: number;
  /** Neither acked, stored nor declared, though its device says that it once had it; or the ledger counts it so. */
  readonly unexplained: number;
  /** Declared as given up though its device says that it was acked, or never made. */
  readonly falselyDeclared: number;
  /** Raw rows that the log doesn't hold, that it holds otherwise, and entries of the log without a row. */
  readonly astray: number;
  /** The ledger counts as stored and declared what the scan counts, and nothing as rejected. */
  readonly ledgerEqual: boolean;
  readonly rollupsEqual: boolean;
  /** Where to look when something is wrong; empty when all is well. */
  readonly findings: readonly string[];
}

interface Account {
  stored: number;
  lost: string[];
  declared: number;
  unexplained: string[];
  falselyDeclared: string[];
  unsynced: number;
}

const maxFindings = 10;

/** Audits, and settles each seq of each run: stored, declared, lost or unexplained. */
export async function balance(options: BalanceOptions): Promise<Balance> {
  const stored = new SeqBook();
  const declared = new SeqBook();
  const found = await audit({
    ...options,
    onStored: ({ deviceId, record }) => {
      stored.add(deviceId, record.runId, record.seq);
      for (const { runId, seq } of givenUpBy(record)) declared.add(deviceId, runId, seq);
    },
  });
  const account: Account = { stored: 0, declared: 0, unsynced: 0, ...noted() };
  const heads = await readHeads(options);
  const runs = [stored, declared, options.acked].flatMap((book) => [...book.runs()]);
  runs.push(...options.diaries.keys());
  for (const run of new Set([...runs, ...heads.keys()])) {
    settle(account, run, {
      stored: stored.of(run),
      declared: declared.of(run),
      acked: options.acked.of(run),
      headSeq: heads.get(run) ?? 0,
      diary: options.diaries.get(run) ?? noDiary,
    });
  }
  return summarize(account, found);
}

function noted(): Pick<Account, 'lost' | 'unexplained' | 'falselyDeclared'> {
  return { lost: [], unexplained: [], falselyDeclared: [] };
}

function* givenUpBy(record: DeviceRecord): Generator<{ runId: string; seq: number }> {
  if (record.kind !== 'gap') return;
  for (let seq = record.fromSeq; seq <= record.toSeq; seq++) yield { runId: record.ofRunId, seq };
}

/** Of each run its next seq, as its device told it last. */
async function readHeads({ store, registry }: BalanceOptions): Promise<Map<string, number>> {
  const heads = new Map<string, number>();
  for (const { deviceId } of await registry.listDevices()) {
    for (const { runId, headSeq } of await store.readLedgerRuns(deviceId)) {
      heads.set(`${deviceId}/${runId}`, headSeq);
    }
  }
  return heads;
}

interface RunSeqs {
  readonly stored: ReadonlySet<number>;
  readonly declared: ReadonlySet<number>;
  readonly acked: ReadonlySet<number>;
  readonly headSeq: number;
  readonly diary: RunDiary;
}

const noDiary: RunDiary = { made: 0, syncedBelow: 0, hasEnded: false };

function settle(account: Account, run: string, seqs: RunSeqs): void {
  const { stored, declared, acked, headSeq } = seqs;
  const { made, syncedBelow, hasEnded } = seqs.diary;
  // What was on disk, or made by a run that nobody killed, must not be gone, even if nobody ever heard of it.
  let end = Math.max(headSeq, syncedBelow, hasEnded ? made : 0);
  for (const seq of [...stored, ...declared, ...acked]) end = Math.max(end, seq + 1);
  account.unsynced += Math.max(0, made - end);
  for (let seq = 0; seq < end; seq++) {
    if (stored.has(seq)) account.stored += 1;
    else if (declared.has(seq)) {
      account.declared += 1;
      if (acked.has(seq) || seq >= headSeq) account.falselyDeclared.push(`${run}/${seq}`);
    } else account[acked.has(seq) ? 'lost' : 'unexplained'].push(`${run}/${seq}`);
  }
}

function summarize(account: Account, found: Audit): Balance {
  const { stored, declared, lost, unexplained, falselyDeclared } = account;
  const { ledger, missing, unknown, changed, doubled, rollupDifferences } = found;
  const openInLedger = ledger.unexplained + ledger.pending + ledger.stranded;
  const ledgerEqual =
    ledger.stored === stored && ledger.declared === declared && ledger.rejected === 0;
  const astray = [...missing, ...unknown, ...changed];
  return {
    detections: stored + declared + lost.length + unexplained.length,
    stored,
    lost: lost.length,
    doubled: doubled.length,
    unsynced: account.unsynced,
    declared,
    unexplained: Math.max(unexplained.length, openInLedger),
    falselyDeclared: falselyDeclared.length,
    astray: astray.length,
    ledgerEqual,
    rollupsEqual: rollupDifferences.length === 0,
    findings: [
      ...some('lost', lost),
      ...some('doubled', doubled),
      ...some('unexplained', unexplained),
      ...some('falsely declared', falselyDeclared),
      ...some('in the log without a row', missing),
      ...some('in the store and not in the log', unknown),
      ...some('stored with other bytes', changed),
      ...(ledgerEqual && openInLedger === 0 ? [] : [`ledger: ${JSON.stringify(ledger)}`]),
      ...some(
        'rollup differs',
        rollupDifferences.map((difference) => JSON.stringify(difference)),
      ),
    ],
  };
}

function some(what: string, where: readonly string[]): string[] {
  return where.slice(0, maxFindings).map((place) => `${what}: ${place}`);
}

/** Nothing lost, doubled, unexplained or untrue, and every rollup is what its records add up to. */
export function isClean(of: Omit<Balance, 'findings' | 'detections' | 'unsynced'>): boolean {
  const faults = [of.lost, of.doubled, of.unexplained, of.falselyDeclared, of.astray];
  return faults.every((count) => count === 0) && of.ledgerEqual && of.rollupsEqual;
}
