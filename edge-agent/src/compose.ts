import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { schemaVersion, type DesiredConfig, type ReportedConfig } from '@emotion-fleet/contracts';
import { startAll, type Lifecycle, type Logger } from '@emotion-fleet/service';
import packageJson from '../package.json' with { type: 'json' };
import { EdgeAgent } from './agent.ts';
import { parseCameraUrl, type CameraSettings } from './capture/camera-url.ts';
import { createFrameSource } from './capture/frame-source-factory.ts';
import { AgentClock } from './clock/agent-clock.ts';
import { systemTime } from './clock/system-time.ts';
import type { AgentConfig } from './config.ts';
import { DataLock } from './data-lock.ts';
import { OnoffPrivacySwitch } from './gpio/onoff-privacy-switch.ts';
import { OnoffStatusLight } from './gpio/onoff-status-light.ts';
import { StatusIndicator } from './health/status-indicator.ts';
import {
  backendOf,
  combinedModelId,
  ensureModels,
  InferenceThread,
  type InstalledModels,
} from './inference/index.ts';
import { FileOutbox } from './outbox/file-outbox.ts';
import { FolderFiles } from './outbox/folder-files.ts';
import { createModelTrial, modelFolderOf } from './model-update/index.ts';
import { openNetworks } from './networks.ts';
import type { EmotionClassifier, FaceDetector, PrivacySwitch } from './ports.ts';
import { ExclusionZones } from './privacy/exclusion-zones.ts';
import { DurableCounter } from './publish/durable-counter.ts';
import { MqttPublisher } from './publish/mqtt-publisher.ts';
import { RemoteConfig } from './remote-config/remote-config.ts';
import { runSettingsOf, type RunSettings } from './remote-config/run-settings.ts';
import { SettledFile } from './remote-config/settled-file.ts';
import { RenewedAgent, type RunFault } from './renewed-agent.ts';
import { describeHangs } from './watchdog/hangs.ts';
import { createWatch, type Watch } from './watchdog/watch.ts';
import { guarded } from './watchdog/watchdog-keeper.ts';
import { CountedFiles } from './wear/counted-files.ts';
import { DiskMeter } from './wear/disk-meter.ts';
import { createWear, type Wear } from './wear/wear.ts';

interface Inference {
  readonly detector: FaceDetector;
  readonly classifier: EmotionClassifier;
  readonly thread: InferenceThread;
  /** For an operator's eyes; the names of the models, which hold their precision, stand beside it. */
  readonly detail: string;
}

/** What is still in the outbox then goes out at the next start. */
const drainTimeoutMs = 3_000;
/** 16 hexadecimal digits: random enough for a run, and too short-lived to follow anyone by. */
const newTrackId = () => randomUUID().replaceAll('-', '').slice(-16);

/**
 * An agent that begins a new run by itself when its clock has proved wrong, its networks hang or another configuration is
 * desired; composed when it starts.
 */
export function composeAgent(config: AgentConfig, logger: Logger): Lifecycle {
  const { dataDirectory } = config;
  const maxBytesPerHour = config.maxWrittenMbPerHour * 1e6;
  const wear = createWear({ dataDirectory, maxBytesPerHour, logger });
  const watch = createWatch({
    ...{ dataDirectory, logger, device: config.watchdog, camera: parseCameraUrl(config.camera) },
    onWritten: (bytes) => wear.book.note(bytes),
  });
  const modelFolder = modelFolderOf(config);
  const settingsOf = (desired: DesiredConfig | undefined) =>
    runSettingsOf({ config, desired, modelFolder });
  const ofProcess = { config, logger, wear, watch };
  const runs = new RenewedAgent({
    compose: ({ desired, onFault }) =>
      composeRun({ ...ofProcess, settings: settingsOf(desired), remote, onFault }),
    logger,
  });
  const files = new FolderFiles({ folder: path.join(dataDirectory, 'config') });
  const remote: RemoteConfig = new RemoteConfig({
    file: new SettledFile({ files, logger }),
    runs,
    trial: createModelTrial({ config, settingsOf, logger }),
    logger,
  });
  const { hangBook, keeper } = watch;
  const agent = guarded(guarded(remote, hangBook), wear.book);
  // The lock first: all others read and write what only one agent may.
  const lock = new DataLock({ dataDirectory, logger });
  return guarded(keeper === undefined ? agent : guarded(agent, keeper), lock);
}

/**
 * Puts an agent with a run of its own together. `stop` drains from source to sink: camera, tracks, presence, disk, broker.
 *
 * @throws OperatorError or ModelError where a setting can't be used
 */
async function composeRun(options: {
  config: AgentConfig;
  settings: RunSettings;
  remote: RemoteConfig;
  logger: Logger;
  wear: Wear;
  watch: Watch;
  onFault: (fault: RunFault) => void;
}): Promise<Lifecycle> {
  const { config, settings, remote, logger, wear, watch, onFault } = options;
  const { budget } = wear;
  const { vitalSigns, hangBook, keeper } = watch;
  const camera = parseCameraUrl(config.camera);
  const { sampleIntervalMs, analysisFps, maxVisitMs, exclusionZones } = settings;
  const clock = new AgentClock({
    systemTime: systemTime({ mode: config.clock }),
    onWrong: () => onFault('clock_wrong'),
    logger,
  });
  const nowMs = () => clock.nowMs();
  const source = vitalSigns.watch(
    createFrameSource({ camera, framesPerSecond: analysisFps, nowMs, logger }),
  );
  const models = await ensureModels({ cacheDirectory: config.modelCache });
  // Once they run, there is a status to say it in.
  let sayHang: () => void = () => undefined;
  const onHang = () => {
    void hangBook.note();
    sayHang();
    onFault('networks_hang');
  };
  const inference = await createModels({ config, settings, models, logger, onHang });
  const { detector, classifier, thread } = inference;

  const runId = randomUUID();
  const modelId = combinedModelId({ detector, classifier });
  const folder = path.join(config.dataDirectory, 'outbox');
  const files = new CountedFiles({
    files: new FolderFiles({ folder }),
    onWritten: (bytes) => wear.book.note(bytes),
  });
  const flushStretch = () => budget.flushStretch;
  const outbox = new FileOutbox({ files, clock, runId, modelId, logger, flushStretch });
  const diskMeter = new DiskMeter({ budget, folder });
  const { hangs } = vitalSigns;
  const detail = [
    `${describeCamera(camera)}, at most ${analysisFps} frames/s; ${inference.detail}`,
    ...(hangs === undefined ? [] : [describeHangs(hangs)]),
  ].join('; ');
  const publisher = new MqttPublisher({
    url: config.mqttUrl,
    deviceId: config.deviceId,
    token: config.token,
    runId,
    agentVersion: packageJson.version,
    modelId,
    detail,
    outbox,
    clock,
    connectSeq: new DurableCounter({ files, name: 'connect' }),
    config: {
      receive: (payload) => remote.receive(payload),
      report: () => ({ ...reportOf({ runId, modelId, settings, classifier }), ...remote.progress }),
    },
    logger,
  });
  sayHang = () => void publisher.setDetail(`${detail}, the networks hang`);
  remote.onChange(() => publisher.reportConfig());
  const privacySwitch = createPrivacySwitch(config);
  const agent = new EdgeAgent({
    ...{ runId, source, detector, classifier, outbox, clock, newTrackId, logger },
    ...{ sampleIntervalMs, analysisFps, maxVisitMs },
    readDisk: () => diskMeter.read(),
    sampleStretch: () => budget.sampleStretch,
    privacySwitch,
    publishHealth: (message) => publisher.publishHealth(message),
    onPaused: (isPaused) => {
      vitalSigns.setPaused(isPaused);
      void publisher.setDetail(isPaused ? `${detail}, paused by the privacy switch` : detail);
    },
    zones: new ExclusionZones(exclusionZones),
  });

  const indicator = createIndicator({ config, agent, publisher, logger });
  const ofRun: Lifecycle = {
    start: async () => vitalSigns.beginRun({ flush: () => outbox.flush() }),
    stop: async () => vitalSigns.endRun(),
  };
  return {
    start: async () => {
      try {
        // The light first: people see that something begins.
        await startAll([...indicator, outbox, ofRun, clock, publisher, agent]);
      } catch (error) {
        // Another run may begin in this process: nothing of this one may stay, a camera or switch half open included.
        await Promise.allSettled([source.stop(), privacySwitch?.stop(), thread.stop()]);
        throw error;
      }
    },
    stop: async () => {
      await ofRun.stop();
      await agent.stop();
      const isDrained = await publisher.drain(drainTimeoutMs);
      if (!isDrained) logger.info(outbox.status(), 'the outbox keeps what could not be sent');
      await publisher.stop();
      await outbox.stop();
      await clock.stop();
      for (const part of indicator) await part.stop();
      if (await thread.stop()) return;
      // As with a thread that dies: whoever started the agent starts it anew. The watchdog stays armed until then.
      await hangBook.stop();
      await keeper?.awaitReset();
      process.kill(process.pid, 'SIGKILL');
    },
  };
}

/** What the run has, whoever set it. */
function reportOf(options: {
  runId: string;
  modelId: string;
  settings: RunSettings;
  classifier: EmotionClassifier;
}): ReportedConfig {
  const { runId, modelId, settings, classifier } = options;
  const { version, sampleIntervalMs, analysisFps, maxVisitMs, exclusionZones } = settings;
  const inForce = {
    ...{ sampleIntervalMs, analysisFps, maxVisitMs },
    exclusionZones: [...exclusionZones],
    emotionThresholds: classifier.thresholds,
  };
  return { schema: schemaVersion, version, runId, modelId, inForce };
}

async function createModels(options: {
  config: AgentConfig;
  settings: RunSettings;
  models: InstalledModels;
  logger: Logger;
  onHang: () => void;
}): Promise<Inference> {
  const { config, settings, models, logger, onHang } = options;
  const { backend, precision } = config;
  const thread = new InferenceThread({ backend: backendOf(backend), logger, onHang });
  await thread.start();
  try {
    const { openSession } = thread;
    const networks = await openNetworks({ config, settings, models, openSession, logger });
    const isTimed = precision === 'auto' && backend === 'onnx';
    const how = isTimed ? 'the faster precision here' : `precision ${networks.precision}`;
    return { ...networks, thread, detail: `${how}, networks on ${thread.backend}` };
  } catch (error) {
    await thread.stop();
    throw error;
  }
}

function createPrivacySwitch(config: AgentConfig): PrivacySwitch | undefined {
  const { privacySwitchPin: pin, privacySwitchOn: onLevel } = config;
  return pin === undefined ? undefined : new OnoffPrivacySwitch({ pin, onLevel });
}

/** None where no light is configured. */
function createIndicator(options: {
  config: AgentConfig;
  agent: EdgeAgent;
  publisher: MqttPublisher;
  logger: Logger;
}): StatusIndicator[] {
  const { config, agent, publisher, logger } = options;
  const { statusLightPin: pin } = config;
  if (pin === undefined) return [];
  const light = new OnoffStatusLight({ pin, logger });
  const cameraState = () => agent.cameraState;
  return [new StatusIndicator({ light, cameraState, isConnected: () => publisher.connected })];
}

/** For an operator's eyes; never the address itself, which may hold a password. */
function describeCamera(camera: CameraSettings): string {
  switch (camera.kind) {
    case 'virtual':
      return `virtual camera over ${camera.photo}`;
    case 'rpicam':
      return `camera module ${camera.camera}, ${camera.width}x${camera.height}`;
    case 'raspicam':
      return `camera module through raspistill, ${camera.width}x${camera.height}`;
    case 'ffmpeg':
      return `${camera.input} through ffmpeg, ${camera.width}x${camera.height}`;
  }
}
