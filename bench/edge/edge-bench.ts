import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasTfjsNode } from '@emotion-fleet/edge-agent/vision';
import { ours, type BenchContext } from '../harness/bench.ts';
import { peerFile, pythonPeers, visionPeers } from '../harness/peers.ts';
import { LineProcess } from '../harness/line-process.ts';
import { Worker } from '../harness/worker.ts';
import { labelledPictures, photographs, type FrameSet } from './frames.ts';
import type { PipelineParameters } from './our-pipeline.ts';
import { recallOf } from './recall.ts';
import { measureStillScenes } from './still-scene.ts';
import type { SubjectAnswer, SubjectParameters, SubjectQuestion } from './subject.ts';

interface Subject {
  readonly name: string;
  /** Ours has several: runtime and precision. */
  readonly variant?: string;
  look(question: SubjectQuestion): Promise<SubjectAnswer>;
}

const modelCache = fileURLToPath(new URL('../../.cache/models', import.meta.url));
/** Pictures of a round: with the slowest peer it takes some seconds. */
const framesPerRound = 24;
/** No round begins after this: on a machine that does much else at once a bench still ends in time. */
const enoughMs = 7 * 60_000;

/** Pictures to faces and emotions: ours in all its variants and peers in turn, one thread each. */
export async function benchEdge(context: BenchContext): Promise<void> {
  const { rounds, elapsedMs, dataDirectory, say, cleanup } = context;
  const folder = await mkdtemp(join(tmpdir(), 'emotion-fleet-bench-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const frameSet =
    dataDirectory === undefined
      ? await photographs(folder)
      : await labelledPictures(folder, dataDirectory);
  const subjects = await startSubjects(context, frameSet);
  const all = frameSet.frames.map((_, index) => index);
  say(`warming up on all ${all.length} pictures, which give the recall, too ...`);
  for (const subject of subjects) await noteRecall(context, { subject, frameSet, all });
  const chosen = all.filter((index) => isChosen(index, all.length));
  for (let round = 1; round <= rounds && elapsedMs() < enoughMs; round++) {
    const order = round % 2 === 0 ? subjects.toReversed() : subjects;
    const means = new Map<Subject, number>();
    for (const subject of order) means.set(subject, await noteRound(context, subject, chosen));
    noteRatios(context, means);
    const line = [...means].map(([subject, ms]) => `${titleOf(subject)} ${ms.toFixed(1)}`);
    say(`round ${round} of ${rounds}, ms a frame: ${line.join(', ')}`);
  }
  await measureStillScenes(context, { folder, modelCache });
}

async function startSubjects(context: BenchContext, frameSet: FrameSet): Promise<Subject[]> {
  const { cleanup, say, withPython } = context;
  const { folder, frames } = frameSet;
  const parameters: SubjectParameters = { folder, frames, peers: await visionPeers(say) };
  const start = (program: string, own: object): Subject['look'] => {
    const worker = new Worker<SubjectQuestion, SubjectAnswer>(`edge/${program}`, own);
    cleanup.add(() => worker.stop());
    return (question) => worker.ask(question);
  };
  const variants: Record<
    string,
    Omit<PipelineParameters, keyof SubjectParameters | 'modelCache'>
  > = {
    'onnx fp32': { backend: 'onnx', precision: 'fp32' },
    'onnx int8': { backend: 'onnx', precision: 'int8' },
    'onnx auto': { backend: 'onnx', precision: 'auto' },
    'onnx auto in its thread': { backend: 'onnx', precision: 'auto', isThreaded: true },
    'onnx auto 256x192': { backend: 'onnx', precision: 'auto', size: '256x192' },
    'tfjs-wasm fp32': { backend: 'tfjs-wasm', precision: 'fp32' },
  };
  if (hasTfjsNode()) variants['tfjs-node fp32'] = { backend: 'tfjs-node', precision: 'fp32' };
  else say('tfjs-node is not installed (node scripts/tfjs-node.mjs): left out.');
  const subjects: Subject[] = Object.entries(variants).map(([variant, own]) => ({
    ...{ name: ours, variant },
    look: start('our-pipeline.ts', { ...parameters, ...own, modelCache }),
  }));
  subjects.push(
    { name: '@vladmandic/human', look: start('human-peer.ts', parameters) },
    { name: '@vladmandic/face-api', look: start('face-api-peer.ts', parameters) },
  );
  if (!withPython) return subjects;
  const python = await pythonPeers(say);
  for (const [name, subject] of [
    ['OpenCV Haar, no emotion', 'haar'],
    ['fer', 'fer'],
  ] as const) {
    const look = startPython(context, python, { folder, frames, subject });
    subjects.push({ name, look });
  }
  return subjects;
}

function startPython(
  { cleanup }: BenchContext,
  python: string,
  parameters: object,
): Subject['look'] {
  const process = new LineProcess({
    command: python,
    parameters: [peerFile('python/faces.py'), JSON.stringify(parameters)],
    environment: {
      OMP_NUM_THREADS: '1',
      TF_NUM_INTRAOP_THREADS: '1',
      TF_NUM_INTEROP_THREADS: '1',
      TF_CPP_MIN_LOG_LEVEL: '2',
      CUDA_VISIBLE_DEVICES: '',
    },
    isNoise: (line) => !line.startsWith('answer '),
  });
  cleanup.add(() => process.stop());
  return async (question) =>
    JSON.parse(
      (await process.ask(JSON.stringify(question))).slice('answer '.length),
    ) as SubjectAnswer;
}

async function noteRecall(
  { series }: BenchContext,
  options: { subject: Subject; frameSet: FrameSet; all: readonly number[] },
): Promise<void> {
  const { subject, frameSet, all } = options;
  const { boxes } = await subject.look({ frames: all });
  for (const { metric, share } of recallOf(frameSet.truth, boxes, frameSet.frames)) {
    series.add(metricOf(subject, metric, '%'), share * 100);
  }
}

/** Notes one round and resolves to its mean time of a frame. */
async function noteRound(
  { series }: BenchContext,
  subject: Subject,
  frames: readonly number[],
): Promise<number> {
  const { ms, stages = {} } = await subject.look({ frames });
  const frameMs = mean(ms);
  series.add(metricOf(subject, 'frame', 'ms'), frameMs);
  series.add(metricOf(subject, 'rate', 'frames/s'), 1_000 / frameMs);
  for (const [stage, values] of Object.entries(stages)) {
    if (values.length > 0) series.add(metricOf(subject, `stage ${stage}`, 'ms'), mean(values));
  }
  return frameMs;
}

/** How many times as fast as the fastest peer of this round. */
function noteRatios({ series }: BenchContext, means: ReadonlyMap<Subject, number>): void {
  const peers = [...means].filter(([{ name }]) => name !== ours);
  const fastestMs = Math.min(...peers.map(([, ms]) => ms));
  for (const [subject, ms] of means) {
    if (subject.name !== ours) continue;
    series.add(metricOf(subject, 'speed against the fastest peer', 'times'), fastestMs / ms);
  }
}

function metricOf({ name, variant }: Subject, metric: string, unit: string) {
  return { subject: name, metric: variant === undefined ? metric : `${metric}, ${variant}`, unit };
}

function titleOf({ name, variant }: Subject): string {
  return variant ?? name;
}

/** Evenly spread over all. */
function isChosen(index: number, total: number): boolean {
  const step = Math.max(1, total / framesPerRound);
  return Math.floor(index / step) !== Math.floor((index - 1) / step);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
