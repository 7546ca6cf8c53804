import {
  ExclusionZone,
  idPattern,
  settingLimits,
  type EmotionThresholds,
} from '@emotion-fleet/contracts';
import { readConfig, Type, variableName } from '@emotion-fleet/service';

const detectors = '^(blazeface-320x256|blazeface-256x192|yunet:.+)$';

const classifiers = '^(fast|accurate|mobilefacenet:.+)$';

const HeaderPin = Type.Integer({ minimum: 0, maximum: 27 });

const AgentConfigSchema = Type.Object({
  deviceId: Type.String({ pattern: idPattern }),
  /** Secret: no default, never logged. */
  token: Type.String({ minLength: 1 }),
  mqttUrl: Type.String({ pattern: '^(mqtts?|wss?)://' }),
  dataDirectory: Type.String({ minLength: 1 }),
  modelCache: Type.String({ minLength: 1 }),
  camera: Type.String({ minLength: 1, default: 'rpicam:0' }),
  sampleIntervalMs: Type.Integer({ ...settingLimits.sampleIntervalMs, default: 1_000 }),
  analysisFps: Type.Number({ ...settingLimits.analysisFps, default: 5 }),
  detector: Type.String({ pattern: detectors, default: 'blazeface-320x256' }),
  /** `accurate` takes more time a face; with the file of mini-Xception two networks are averaged. */
  classifier: Type.String({ pattern: classifiers, default: 'accurate' }),
  /** `auto`: the faster one on this machine. */
  precision: Type.Enum(['int8', 'fp32', 'auto'], { default: 'auto' }),
  /** What runs the networks: ONNX Runtime or TensorFlow.js. */
  backend: Type.Enum(['onnx', 'tfjs'], { default: 'onnx' }),
  /** Someone who stays longer is not classified any more: staff, or a picture on the wall. */
  maxVisitMs: Type.Integer({ ...settingLimits.maxVisitMs, default: 20 * 60_000 }),
  /** Where nobody is measured: boxes or polygons relative to the frame, as JSON. */
  exclusionZones: Type.Array(ExclusionZone, { ...settingLimits.exclusionZones, default: [] }),
  /** BCM numbers of header pins; unset where there is no switch or light. */
  privacySwitchPin: Type.Optional(HeaderPin),
  /** The level that means "nobody is to be filmed". */
  privacySwitchOn: Type.Enum(['high', 'low'], { default: 'high' }),
  statusLightPin: Type.Optional(HeaderPin),
  /** `trust` takes the system's clock as it is; `auto` waits until NTP or the gateway has said the time. */
  clock: Type.Enum(['auto', 'trust'], { default: 'auto' }),
  /** What the agent writes to its disk in an hour, in MB of 10^6 bytes; beyond half of it, it spares the card. */
  maxWrittenMbPerHour: Type.Number({ minimum: 150, maximum: 100_000, default: 200 }),
  /** Device file of a hardware watchdog; unset = none. */
  watchdog: Type.Optional(Type.String({ minLength: 1 })),
  /** Where other processes matter more, 1 to 19; 0 leaves the priority as it is. */
  niceness: Type.Integer({ minimum: 0, maximum: 19, default: 0 }),
  logLevel: Type.Enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
    default: 'info',
  }),
});

/** What the agent is told; the README's table explains each value. */
export type AgentConfig = Type.Static<typeof AgentConfigSchema>;

/** What has no default. */
type RequiredSetting = 'deviceId' | 'token' | 'mqttUrl' | 'dataDirectory' | 'modelCache';
export type AgentSettings = Pick<AgentConfig, RequiredSetting> & Partial<AgentConfig>;

/** Reads the configuration from `EMOTION_...` variables. Throws OperatorError `bad_config`. */
export function readAgentConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<AgentConfig> {
  return readConfig(AgentConfigSchema, environment);
}

/** The variables that tell an agent these settings, for whoever starts one. */
export function agentEnvironment(settings: AgentSettings): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([property, value]) => [
      `EMOTION_${variableName(property)}`,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}

export type DetectorChoice =
  { readonly size: '320x256' | '256x192' } | { readonly yunetPath: string };

/** Reads the `detector` setting: a size of BlazeFace, or `yunet:` and the path of its file. */
export function parseDetector(detector: string): DetectorChoice {
  if (detector.startsWith('yunet:')) return { yunetPath: detector.slice('yunet:'.length) };
  return { size: detector === 'blazeface-256x192' ? '256x192' : '320x256' };
}

export type ClassifierChoice =
  | { readonly kind: 'fast' }
  | { readonly kind: 'accurate' }
  | { readonly kind: 'mobilefacenet'; readonly path: string }
  /** A network of the operator's own, desired from afar. */
  | {
      readonly kind: 'xception';
      readonly id: string;
      readonly path: string;
      readonly temperature: number;
      readonly thresholds: EmotionThresholds;
    };

/** Reads the `classifier` setting: a mode, or the name of a network and the path of its file. */
export function parseClassifier(classifier: string): ClassifierChoice {
  const prefix = 'mobilefacenet:';
  if (classifier.startsWith(prefix)) {
    return { kind: 'mobilefacenet', path: classifier.slice(prefix.length) };
  }
  return { kind: classifier === 'fast' ? 'fast' : 'accurate' };
}
