import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseMqttTopic } from '@emotion-fleet/contracts';
import { TestBroker } from '../test/publish/test-broker.ts';
import { SoakedAgent } from './soaked-agent.ts';
import {
  judgeDescriptors,
  judgeFrames,
  judgeMemory,
  judgeRecords,
  type Slope,
  type SoakSample,
  type Verdict,
} from './verdict.ts';

export interface EdgeSoakOptions {
  readonly minutes: number;
  /** V8's compilers are off: slower by far, and nothing may grow. */
  readonly isInterpreted?: boolean;
  readonly onProgress: (line: string) => void;
}

export interface EdgeSoakReport {
  readonly soak: 'edge';
  readonly minutes: number;
  readonly isInterpreted: boolean;
  /** Samples before are not judged: code is compiled, buffers and the heap find their size. */
  readonly warmUpMs: number;
  readonly outages: number;
  readonly verdicts: Readonly<Record<'memory' | 'descriptors' | 'frames' | 'records', Verdict>>;
  /** Of the anonymous memory, in MB per hour. */
  readonly memorySlope?: Slope;
  readonly passed: boolean;
  readonly samples: readonly SoakSample[];
}

const mostWarmUpMs = 600_000;
const mostSampleIntervalMs = 5_000;
/** A sixth of each cycle is an outage. */
const mostCycleMs = 90_000;

/** A real agent films with the virtual camera and sends to a broker that comes and goes. */
export async function soakEdge(options: EdgeSoakOptions): Promise<EdgeSoakReport> {
  const { minutes, isInterpreted = false, onProgress } = options;
  const scratch = await mkdtemp(path.join(tmpdir(), 'edge-soak-'));
  const broker = new SoakBroker();
  await broker.start();
  const settings = {
    deviceId: 'soak-1',
    token: broker.token,
    mqttUrl: broker.url,
    dataDirectory: path.join(scratch, 'data'),
    modelCache: path.join(scratch, 'models'),
    camera: 'virtual:sample1?seed=1',
    clock: 'trust',
  } as const;
  const agent = new SoakedAgent(settings, { isInterpreted });
  try {
    agent.start();
    onProgress('the agent builds its models');
    await broker.untilRecords(agent);
    const watched = await watch({ agent, broker, durationMs: minutes * 60_000, onProgress });
    await broker.bringBack();
    await agent.stop();
    return reportOf({ ...watched, minutes, isInterpreted, runs: broker.takeRuns() });
  } finally {
    await agent.stop();
    await broker.stop();
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Watched {
  readonly samples: SoakSample[];
  readonly frames: { analysed: number; oldestMs: number };
  readonly outages: number;
}

async function watch(options: {
  readonly agent: SoakedAgent;
  readonly broker: SoakBroker;
  readonly durationMs: number;
  readonly onProgress: (line: string) => void;
}): Promise<Watched> {
  const { agent, broker, durationMs, onProgress } = options;
  const intervalMs = Math.min(mostSampleIntervalMs, durationMs / 60);
  const cycleMs = Math.min(mostCycleMs, durationMs / 2);
  const samples: SoakSample[] = [];
  const frames = { analysed: 0, oldestMs: 0 };
  const startedAtMs = performance.now();
  agent.takeFrames();
  let outages = 0;
  for (let index = 1; ; index += 1) {
    const elapsedMs = performance.now() - startedAtMs;
    if (elapsedMs >= durationMs) return { samples, frames, outages };
    const isOutage = elapsedMs % cycleMs > (cycleMs * 5) / 6;
    if (isOutage && broker.isUp) outages += 1;
    await (isOutage ? broker.takeAway() : broker.bringBack());
    await delay(Math.max(0, startedAtMs + index * intervalMs - performance.now()));
    if (agent.end !== undefined) throw new Error(agent.end);
    const sample = await agent.sample();
    const { analysed, oldestMs } = agent.takeFrames();
    samples.push(sample);
    frames.analysed += analysed;
    frames.oldestMs = Math.max(frames.oldestMs, oldestMs);
    broker.collect();
    const figures = [
      `${((performance.now() - startedAtMs) / 1_000).toFixed(0).padStart(6)} s`,
      `${megabytes(sample.anonymousBytes)} MB of ${megabytes(sample.rssBytes)}`,
      `${sample.descriptors} descriptors`,
      `${analysed} frames, oldest ${oldestMs.toFixed(0)} ms`,
      `${broker.count} records${broker.isUp ? '' : ', broker away'}`,
    ];
    onProgress(figures.join('  '));
  }
}

function reportOf(
  options: Watched &
    Required<Pick<EdgeSoakOptions, 'minutes' | 'isInterpreted'>> & {
      readonly runs: ReadonlyMap<string, ReadonlySet<number>>;
    },
): EdgeSoakReport {
  const { minutes, isInterpreted, outages, samples, frames, runs } = options;
  const warmUpMs = Math.min(mostWarmUpMs, minutes * 60_000 * 0.3);
  const beganAtMs = samples[0]?.atMs ?? 0;
  const judged = samples.filter(({ atMs }) => atMs - beganAtMs >= warmUpMs);
  const { slope, ...memory } = judgeMemory(judged, { isInterpreted });
  const verdicts = {
    memory,
    descriptors: judgeDescriptors(judged),
    frames: judgeFrames(frames),
    records: judgeRecords(runs),
  };
  return {
    ...{ soak: 'edge', minutes, isInterpreted, warmUpMs, outages, verdicts },
    ...(slope === undefined ? {} : { memorySlope: slope }),
    passed: Object.values(verdicts).every(({ passed }) => passed),
    samples,
  };
}

/** A broker on a loopback port that remembers the seqs of each run alone, however long it runs. */
class SoakBroker extends TestBroker {
  isUp = false;
  readonly #runs = new Map<string, Set<number>>();

  get count(): number {
    return [...this.#runs.values()].reduce((sum, seqs) => sum + seqs.size, 0);
  }

  override async start(): Promise<void> {
    await super.start();
    this.isUp = true;
  }

  async bringBack(): Promise<void> {
    if (!this.isUp) await this.start();
  }

  async takeAway(): Promise<void> {
    if (!this.isUp) return;
    this.isUp = false;
    await super.stop();
  }

  override async stop(): Promise<void> {
    await this.takeAway();
  }

  async untilRecords(agent: SoakedAgent): Promise<void> {
    while (this.count === 0) {
      if (agent.end !== undefined) throw new Error(agent.end);
      await delay(200);
      this.collect();
    }
  }

  /** Takes runs and seqs out of what has arrived. */
  collect(): void {
    for (const { topic, payload } of this.arrivals.splice(0)) {
      if (parseMqttTopic(topic)?.channel !== 'records') continue;
      const { records } = JSON.parse(payload.toString()) as {
        records: { runId: string; seq: number }[];
      };
      for (const { runId, seq } of records) {
        const seqs = this.#runs.get(runId) ?? new Set();
        this.#runs.set(runId, seqs.add(seq));
      }
    }
  }

  takeRuns(): ReadonlyMap<string, ReadonlySet<number>> {
    this.collect();
    return this.#runs;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
