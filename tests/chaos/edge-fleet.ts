import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunDiary } from '../support/balance.ts';
import { SeqBook } from '../support/seq-book.ts';
import { waitFor } from '../support/wait.ts';
import { readJournal } from './edge-journal.ts';
import {
  flushIntervalMs,
  type EdgeDevice,
  type EdgeReport,
  type EdgeRequest,
  type EdgeSettings,
} from './edge-settings.ts';
import { ServiceProcess } from './service-process.ts';

const edgeFile = fileURLToPath(new URL('edge-process.ts', import.meta.url));
const nothing: EdgeReport = {
  ...{ made: 0, waiting: 0, declared: 0, burst: 0, refused: 0, repeated: 0, swapped: 0 },
  ...{ isQuotaMade: false, isDrained: false },
};

/** Intervals that a group fsync may take on a disk which everyone uses. */
const slowFlush = 5;

export interface EdgeFleetOptions {
  readonly folder: string;
  readonly processes: number;
  readonly devices: readonly EdgeDevice[];
  readonly settings: Omit<EdgeSettings, 'journalFile' | 'devices'>;
}

interface Edge {
  readonly process: ServiceProcess;
  readonly journalFile: string;
  report: EdgeReport;
  /** Of the lives before. */
  readonly counts: { refused: number; repeated: number; swapped: number };
}

/** All simulated devices, spread over a few processes. */
export class EdgeFleet {
  /** What the kill of one process may cost at the most: its records between two group fsyncs. */
  readonly unsyncedPerKill: number;
  /** Devices with a small disk: those that a burst is asked of. */
  readonly smallDisks: number;
  readonly #edges: readonly Edge[];

  constructor({ folder, processes, devices, settings }: EdgeFleetOptions) {
    this.smallDisks = devices.filter(({ hasSmallDisk }) => hasSmallDisk).length;
    const perSecond = settings.recordsPerSecond / processes;
    this.unsyncedPerKill = Math.ceil((perSecond * slowFlush * flushIntervalMs) / 1_000);
    this.#edges = Array.from({ length: processes }, (_, index) => {
      const journalFile = join(folder, `edge-${index}.journal`);
      const settingsFile = join(folder, `edge-${index}.json`);
      const own: EdgeSettings = {
        ...settings,
        recordsPerSecond: perSecond,
        journalFile,
        devices: devices.filter((device) => device.index % processes === index),
      };
      writeFileSync(settingsFile, JSON.stringify(own));
      const edge: Edge = {
        journalFile,
        report: nothing,
        counts: { refused: 0, repeated: 0, swapped: 0 },
        process: new ServiceProcess({
          name: `edge ${index}`,
          file: edgeFile,
          arguments: [settingsFile],
          readyText: 'devices run',
          logFile: join(folder, `edge-${index}.log`),
          onMessage: (message) => (edge.report = message as EdgeReport),
        }),
      };
      return edge;
    });
  }

  get processes(): readonly ServiceProcess[] {
    return this.#edges.map(({ process }) => process);
  }

  /** Endings that nobody asked for. */
  get endings(): number {
    return this.processes.reduce((sum, { endings }) => sum + endings, 0);
  }

  async start(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.start()));
  }

  async kill(index: number): Promise<void> {
    const edge = this.#edges[index % this.#edges.length]!;
    await edge.process.kill();
    const { counts, report } = edge;
    counts.refused += report.refused;
    counts.repeated += report.repeated;
    counts.swapped += report.swapped;
    edge.report = { ...nothing, made: report.made, waiting: report.waiting };
    await edge.process.start();
  }

  ask(request: EdgeRequest): void {
    for (const { process } of this.#edges) process.send(request);
  }

  /** Over all processes, as last heard. */
  status() {
    const sum = (of: (edge: Edge) => number) =>
      this.#edges.reduce((all, edge) => all + of(edge), 0);
    return {
      made: sum(({ report }) => report.made),
      waiting: sum(({ report }) => report.waiting),
      declared: sum(({ report }) => report.declared),
      burst: sum(({ report }) => report.burst),
      refused: sum(({ report, counts }) => report.refused + counts.refused),
      repeated: sum(({ report, counts }) => report.repeated + counts.repeated),
      swapped: sum(({ report, counts }) => report.swapped + counts.swapped),
      isQuotaMade: this.#edges.every(({ report }) => report.isQuotaMade),
      isDrained: this.#edges.every(({ report }) => report.isDrained),
    };
  }

  /** Waits until every device has made and sent all, then ends. */
  async drain(limitMs: number): Promise<void> {
    await waitFor('all records are made', () => this.status().isQuotaMade, limitMs);
    this.ask({ kind: 'drain' });
    await waitFor('all records are acked', () => this.status().isDrained, limitMs);
    await this.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
  }

  /** What devices have written down as acked, and what else of each run. */
  readJournals(): { acked: SeqBook; diaries: ReadonlyMap<string, RunDiary> } {
    const acked = new SeqBook();
    const diaries = new Map<string, RunDiary>();
    const runOf = new Map<string, string>();
    const note = (deviceId: string, news: (diary: RunDiary) => Partial<RunDiary>) => {
      const run = runOf.get(deviceId)!;
      const diary = diaries.get(run)!;
      diaries.set(run, { ...diary, ...news(diary) });
    };
    for (const { journalFile } of this.#edges) {
      readJournal(journalFile, {
        onRun: (deviceId, runId) => {
          const run = `${deviceId}/${runId}`;
          runOf.set(deviceId, run);
          diaries.set(run, { made: 0, syncedBelow: 0, hasEnded: false });
        },
        onMade: (deviceId, records) => note(deviceId, ({ made }) => ({ made: made + records })),
        onSynced: (deviceId, syncedBelow) => note(deviceId, () => ({ syncedBelow })),
        onEnded: (deviceId) => note(deviceId, () => ({ hasEnded: true })),
        onAck: (deviceId, runId, seq) => acked.add(deviceId, runId, seq),
      });
    }
    return { acked, diaries };
  }
}
