import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SeqBook } from '../support/seq-book.ts';
import { waitFor } from '../support/wait.ts';
import { readJournal } from './edge-journal.ts';
import type { EdgeDevice, EdgeReport, EdgeRequest, EdgeSettings } from './edge-settings.ts';
import { ServiceProcess } from './service-process.ts';

const edgeFile = fileURLToPath(new URL('edge-process.ts', import.meta.url));
const nothing: EdgeReport = {
  ...{ made: 0, waiting: 0, declared: 0, repeated: 0, swapped: 0 },
  ...{ isQuotaMade: false, isDrained: false },
};

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
  readonly counts: { repeated: number; swapped: number };
}

/** All simulated devices, spread over a few processes. */
export class EdgeFleet {
  readonly #edges: readonly Edge[];

  constructor({ folder, processes, devices, settings }: EdgeFleetOptions) {
    this.#edges = Array.from({ length: processes }, (_, index) => {
      const journalFile = join(folder, `edge-${index}.journal`);
      const settingsFile = join(folder, `edge-${index}.json`);
      const own: EdgeSettings = {
        ...settings,
        recordsPerSecond: settings.recordsPerSecond / processes,
        journalFile,
        devices: devices.filter((device) => device.index % processes === index),
      };
      writeFileSync(settingsFile, JSON.stringify(own));
      const edge: Edge = {
        journalFile,
        report: nothing,
        counts: { repeated: 0, swapped: 0 },
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
    edge.counts.repeated += edge.report.repeated;
    edge.counts.swapped += edge.report.swapped;
    edge.report = { ...edge.report, declared: 0, repeated: 0, swapped: 0 };
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

  /** What devices have written down as acked, and how many records they have made in each run. */
  readJournals(): { acked: SeqBook; made: ReadonlyMap<string, number> } {
    const acked = new SeqBook();
    const made = new Map<string, number>();
    const runOf = new Map<string, string>();
    for (const { journalFile } of this.#edges) {
      readJournal(journalFile, {
        onRun: (deviceId, runId) => runOf.set(deviceId, `${deviceId}/${runId}`),
        onMade: (deviceId, records) => {
          const run = runOf.get(deviceId) ?? '';
          made.set(run, (made.get(run) ?? 0) + records);
        },
        onAck: (deviceId, runId, seq) => acked.add(deviceId, runId, seq),
      });
    }
    return { acked, made };
  }
}
