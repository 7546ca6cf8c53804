import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { startAll, type Lifecycle, type Logger } from '@emotion-fleet/service';
import packageJson from '../package.json' with { type: 'json' };
import { EdgeAgent } from './agent.ts';
import { parseCameraUrl, type CameraSettings } from './capture/camera-url.ts';
import { createFrameSource } from './capture/frame-source-factory.ts';
import { AgentClock } from './clock/agent-clock.ts';
import { systemTime } from './clock/system-time.ts';
import { parseDetector, type AgentConfig } from './config.ts';
import {
  combinedModelId,
  createDetector,
  createEmotionClassifier,
  ensureModels,
  uncertaintyThreshold,
} from './inference/index.ts';
import { FileOutbox } from './outbox/file-outbox.ts';
import { FolderFiles } from './outbox/folder-files.ts';
import { DurableCounter } from './publish/durable-counter.ts';
import { MqttPublisher } from './publish/mqtt-publisher.ts';

/** What is still in the outbox then goes out at the next start. */
const drainTimeoutMs = 3_000;
/** 16 hexadecimal digits: random enough for a run, and too short-lived to follow anyone by. */
const newTrackId = () => randomUUID().replaceAll('-', '').slice(-16);

/**
 * Puts an agent together. `stop` drains from source to sink: camera, tracks, presence, disk, broker.
 *
 * @throws OperatorError or ModelError where a setting can't be used
 */
export async function composeAgent(config: AgentConfig, logger: Logger): Promise<Lifecycle> {
  const camera = parseCameraUrl(config.camera);
  const { sampleIntervalMs, analysisFps, maxVisitMs, precision } = config;
  const source = createFrameSource({ camera, framesPerSecond: analysisFps, logger });
  const models = await ensureModels({ cacheDirectory: config.modelCache });
  const detector = createDetector({ models, precision, ...parseDetector(config.detector) });
  const classifier = createEmotionClassifier({ models, precision });

  const runId = randomUUID();
  const modelId = combinedModelId({ detector, classifier });
  const clock = new AgentClock({ systemTime: systemTime({ mode: config.clock }), logger });
  const files = new FolderFiles({ folder: path.join(config.dataDirectory, 'outbox') });
  const outbox = new FileOutbox({ files, clock, runId, modelId, logger });
  const publisher = new MqttPublisher({
    url: config.mqttUrl,
    deviceId: config.deviceId,
    token: config.token,
    runId,
    agentVersion: packageJson.version,
    modelId,
    detail: `${describeCamera(camera)}, at most ${analysisFps} frames/s, ${precision}`,
    outbox,
    clock,
    connectSeq: new DurableCounter({ files, name: 'connect' }),
    logger,
  });
  const agent = new EdgeAgent({
    ...{ runId, source, detector, classifier, outbox, clock, newTrackId, logger },
    ...{ sampleIntervalMs, analysisFps, maxVisitMs },
    publishHealth: (message) => publisher.publishHealth(message),
    emotionThreshold: uncertaintyThreshold(models),
  });

  return {
    start: () => startAll([outbox, clock, publisher, agent]),
    stop: async () => {
      await agent.stop();
      const isDrained = await publisher.drain(drainTimeoutMs);
      if (!isDrained) logger.info(outbox.status(), 'the outbox keeps what could not be sent');
      await publisher.stop();
      await outbox.stop();
      await clock.stop();
    },
  };
}

/** For an operator's eyes; never the address itself, which may hold a password. */
function describeCamera(camera: CameraSettings): string {
  switch (camera.kind) {
    case 'virtual':
      return `virtual camera over ${camera.photo}`;
    case 'rpicam':
      return `camera module ${camera.camera}, ${camera.width}x${camera.height}`;
    case 'ffmpeg':
      return `${camera.input} through ffmpeg, ${camera.width}x${camera.height}`;
  }
}
