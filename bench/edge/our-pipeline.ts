/** Ours: yuv420p to faces and their emotions, all on one thread, or with the networks in theirs as in the agent. */
import {
  createDetector,
  createEmotionClassifier,
  ensureModels,
  InferenceThread,
  loadBackend,
  minReadableHeightPx,
  timeModels,
  type Backend,
  type SessionOpener,
} from '@emotion-fleet/edge-agent/vision';
import { silentLogger } from '@emotion-fleet/service';
import { answerQuestions } from '../harness/worker.ts';
import {
  lookAtAll,
  readPixels,
  type SubjectAnswer,
  type SubjectParameters,
  type SubjectQuestion,
} from './subject.ts';

export interface PipelineParameters extends SubjectParameters {
  readonly backend: Backend;
  /** `auto`: for each network the faster one here, as the agent chooses. */
  readonly precision: 'int8' | 'fp32' | 'auto';
  readonly size?: '320x256' | '256x192';
  /** As in the agent: the networks have a thread of their own, and this one waits for it. */
  readonly isThreaded?: boolean;
  readonly modelCache: string;
}

/** For how long one network or more was asked since it was last looked at: looks at a face are asked for together. */
let networkMs = 0;
let askedNetworks = 0;
let askedSinceMs = 0;

await answerQuestions(async (parameters: PipelineParameters) => {
  const { frames, precision, size = '320x256', modelCache } = parameters;
  const models = await ensureModels({ cacheDirectory: modelCache });
  const openSession = await openerOf(parameters);
  const pixels = await readPixels(parameters, 'yuv');
  let pipeline: ReturnType<typeof load> | undefined;

  async function load() {
    const chosen =
      precision === 'auto'
        ? await fasterPrecisions({ models, size, openSession })
        : { detector: precision, classifier: precision };
    const common = { models, openSession: timed(openSession) };
    const detector = createDetector({ ...common, size, precision: chosen.detector });
    const classifier = createEmotionClassifier({ ...common, precision: chosen.classifier });
    await Promise.all([detector.start(), classifier.start()]);
    return { detector, classifier };
  }

  return async (question: SubjectQuestion): Promise<SubjectAnswer> => {
    // Only now: at the start all subjects load at once, and nothing could be timed.
    const { detector, classifier } = await (pipeline ??= load());
    const stages = new StageLists();
    const answer = await lookAtAll(question, async (index) => {
      const frame = { ...frames[index]!, data: pixels[index]!, capturedAtMs: 0 };
      const detections = await stages.measure('letterbox and boxes', 'detector', () =>
        detector.detect(frame),
      );
      for (const detection of detections) {
        if (detection.box.height < minReadableHeightPx) continue;
        await stages.measure('crop of a face', 'emotion of a face', () =>
          classifier.classify(frame, detection),
        );
      }
      return detections.map(({ box }) => box);
    });
    return { ...answer, stages: stages.values };
  };
});

async function openerOf({
  backend,
  isThreaded = false,
}: PipelineParameters): Promise<SessionOpener> {
  if (!isThreaded) return (await loadBackend(backend)).openSession;
  const thread = new InferenceThread({ backend, logger: silentLogger() });
  await thread.start();
  return thread.openSession;
}

async function fasterPrecisions(options: Parameters<typeof timeModels>[0]) {
  const { detector, classifier } = await timeModels(options);
  return { detector: detector.fastest, classifier: classifier.fastest };
}

function timed(openSession: SessionOpener): SessionOpener {
  return async (options) => {
    const session = await openSession(options);
    const run = session.run.bind(session);
    session.run = async (input) => {
      if (askedNetworks === 0) askedSinceMs = performance.now();
      askedNetworks += 1;
      try {
        return await run(input);
      } finally {
        askedNetworks -= 1;
        if (askedNetworks === 0) networkMs += performance.now() - askedSinceMs;
      }
    };
    return session;
  };
}

class StageLists {
  readonly values: Record<string, number[]> = {};

  /** Notes what `work` takes in its network and around it. */
  async measure<T>(around: string, network: string, work: () => Promise<T>): Promise<T> {
    networkMs = 0;
    const startedAt = performance.now();
    const result = await work();
    const totalMs = performance.now() - startedAt;
    (this.values[around] ??= []).push(totalMs - networkMs);
    (this.values[network] ??= []).push(networkMs);
    return result;
  }
}
