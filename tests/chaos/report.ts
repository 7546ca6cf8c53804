import { isClean, type Balance } from '../support/balance.ts';
import type { FaultKind } from './fault-plan.ts';
import type { Kills } from './faults.ts';
import type { Zombie } from './zombie.ts';

export interface FaultDone {
  readonly kind: FaultKind;
  /** Since the first record, and until all was whole again. */
  readonly atMs: number;
  readonly tookMs: number;
}

/** What `--json` writes. */
export interface ChaosReport extends Balance {
  readonly verdict: 'clean' | 'faulty';
  readonly seed: number;
  readonly wantedDetections: number;
  readonly devices: number;
  readonly kills: Kills;
  /** What the kills of devices may have kept from being on disk. */
  readonly unsyncedLimit: number;
  readonly acked: number;
  /** Writes of devices that a full disk refused. */
  readonly refusedWrites: number;
  /** Batches that devices sent again although acked, and pairs that they sent in the wrong order. */
  readonly repeatedBatches: number;
  readonly swappedBatches: number;
  /** Ends of processes that nobody asked for; each was started again. */
  readonly unaskedEndings: Readonly<Record<string, number>>;
  /** Each waking of a processor that was stopped until others had all of its partitions. */
  readonly zombies: readonly Zombie[];
  readonly faults: readonly FaultDone[];
  readonly durationsMs: {
    readonly start: number;
    readonly flow: number;
    readonly drain: number;
    readonly audit: number;
    readonly total: number;
  };
}

export function verdictOf(
  found: Balance,
  { wantedDetections, unsyncedLimit }: Pick<ChaosReport, 'wantedDetections' | 'unsyncedLimit'>,
): ChaosReport['verdict'] {
  const { detections, unsynced } = found;
  const isEnough = detections >= wantedDetections && unsynced <= unsyncedLimit;
  return isClean(found) && isEnough ? 'clean' : 'faulty';
}

/** The report for people. */
export function readable(report: ChaosReport): string {
  const { kills, zombies, faults, durationsMs } = report;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(0)} s`;
  const count = (kind: FaultKind) => faults.filter((fault) => fault.kind === kind).length;
  const rows: [string, string | number, string][] = [
    ['detections', report.detections, `distinct records (at least ${report.wantedDetections})`],
    ['stored', report.stored, 'raw rows'],
    ['declared', report.declared, 'given up by a device that said so'],
    ['lost', report.lost, 'acked, neither stored nor declared'],
    ['doubled', report.doubled, 'stored under two keys or identities'],
    ['unexplained', report.unexplained, 'neither stored, declared nor acked'],
    ['falsely declared', report.falselyDeclared, 'declared though acked'],
    ['astray', report.astray, 'log and store disagree'],
    ['rollups equal', report.rollupsEqual ? 'yes' : 'NO', 'to what the raw rows add up to'],
    ['ledger equal', report.ledgerEqual ? 'yes' : 'NO', 'to the scan'],
    [
      'unsynced',
      report.unsynced,
      `never on disk when a device was killed (at most ${report.unsyncedLimit})`,
    ],
    ['killed', Object.values<number>({ ...kills }).reduce((a, b) => a + b, 0), list({ ...kills })],
    ['zombies', zombies.length, workOf(zombies)],
    ['rebalances', count('rebalance'), 'a processor joined and left'],
    ['full disks', count('fullDisk'), `times; ${report.refusedWrites} writes refused`],
    ['sent again', report.repeatedBatches, `batches; ${report.swappedBatches} pairs swapped`],
    ['took', seconds(durationsMs.total), list(durationsMs, seconds)],
  ];
  const lines = rows.map(
    ([name, value, note]) => `  ${name.padEnd(18)}${String(value).padStart(9)}  ${note}`,
  );
  const findings = report.findings.map((finding) => `  ! ${finding.slice(0, 300)}`);
  const verdict = `${report.verdict === 'clean' ? 'Clean' : 'FAULTY'} (seed ${report.seed}).`;
  return [...lines, ...findings, verdict, ''].join('\n');
}

function workOf(zombies: readonly Zombie[]): string {
  const sum = (of: (zombie: Zombie) => number) => zombies.reduce((all, one) => all + of(one), 0);
  const busy = zombies.filter(({ inHand }) => inHand > 0).length;
  const records = `${sum(({ inHand }) => inHand)} records in hand`;
  return `woke when others had all; ${busy} with ${records}, ${sum(({ writtenLate }) => writtenLate)} written late`;
}

function list(
  figures: Readonly<Record<string, number>>,
  show: (value: number) => string = String,
): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${show(value)}`)
    .join(', ');
}
