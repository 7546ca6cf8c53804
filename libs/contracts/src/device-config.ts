import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { ExclusionZone } from './exclusion-zone.ts';
import { schemaVersion, settingLimits } from './limits.ts';
import { EpochMs, Seq } from './records.ts';

const closed = { additionalProperties: false };
const Share = Type.Number({ minimum: 0, maximum: 1 });
const Text = Type.String({ maxLength: 400 });

/** Where a model file can be loaded from; what it must be is known by its checksum. */
const ModelUrl = Type.String({ pattern: '^https?://[^\\s@]+$', maxLength: 1_000 });

/** Calibrated probabilities from which on an emotion is said; below, `uncertain`. */
export const EmotionThresholds = Type.Object(
  { happy: Share, sad: Share, neutral: Share, other: Share },
  closed,
);
export type EmotionThresholds = Static<typeof EmotionThresholds>;

/** `yunet` is loaded from its publisher, or from `url`, and checked against the checksum in the agent. */
export const DetectorModel = Type.Union([
  Type.Object(
    { kind: Type.Literal('blazeface'), input: Type.Enum(['320x256', '256x192']) },
    closed,
  ),
  Type.Object({ kind: Type.Literal('yunet'), url: Type.Optional(ModelUrl) }, closed),
]);
export type DetectorModel = Static<typeof DetectorModel>;

/**
 * `fast` and `accurate` need no file. `xception` is a network of the operator's own in ONNX: input 64x64 grey from
 * -1 to 1, output the seven classes of FER2013 in their order (angry, disgusted, afraid, happy, sad, surprised, neutral).
 */
export const ClassifierModel = Type.Union([
  Type.Object({ kind: Type.Enum(['fast', 'accurate']) }, closed),
  Type.Object({ kind: Type.Literal('mobilefacenet'), url: Type.Optional(ModelUrl) }, closed),
  Type.Object(
    {
      kind: Type.Literal('xception'),
      /** Becomes part of the `modelId` of every record. */
      id: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$' }),
      url: ModelUrl,
      bytes: Type.Integer({ minimum: 1, maximum: 64 * 1024 * 1024 }),
      sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
      /** Divides the logits before the softmax: temperature scaling. */
      temperature: Type.Number({ exclusiveMinimum: 0, maximum: 100 }),
      thresholds: EmotionThresholds,
    },
    closed,
  ),
]);
export type ClassifierModel = Static<typeof ClassifierModel>;

/**
 * What can be changed from afar. What is absent is as the device itself is set. Not among them: who the device is, where
 * it connects, its camera, and its privacy switch, which nobody may turn off from afar.
 */
export const DeviceSettings = Type.Object(
  {
    /** Time between samples of a track; 0 = each analysed frame. */
    sampleIntervalMs: Type.Optional(Type.Integer(settingLimits.sampleIntervalMs)),
    analysisFps: Type.Optional(Type.Number(settingLimits.analysisFps)),
    maxVisitMs: Type.Optional(Type.Integer(settingLimits.maxVisitMs)),
    exclusionZones: Type.Optional(Type.Array(ExclusionZone, settingLimits.exclusionZones)),
    /** Instead of those on the model's card. */
    emotionThresholds: Type.Optional(EmotionThresholds),
    detector: Type.Optional(DetectorModel),
    classifier: Type.Optional(ClassifierModel),
  },
  closed,
);
export type DeviceSettings = Static<typeof DeviceSettings>;

/** On `config`, and in the log topic `device-config`: what the operator wants of a device. */
export const DesiredConfig = Type.Object(
  {
    schema: Type.Literal(schemaVersion),
    /** Grows with each change. */
    version: Type.Integer({ minimum: 1, maximum: 2 ** 48 }),
    setAt: EpochMs,
    settings: DeviceSettings,
  },
  closed,
);
export type DesiredConfig = Static<typeof DesiredConfig>;

/**
 * Why a desired configuration is not in force. `bad_config`: not of this schema. `outdated`: older than what is in force.
 * `model_unreachable`, `model_mismatch`: its file can't be loaded, or is another one. `model_answers`, `model_too_slow`:
 * wrong or late on the reference pictures. `not_started`: no run could begin with it. `crashed`: the agent died on it.
 */
export const configRefusals = [
  'bad_config',
  'outdated',
  'model_unreachable',
  'model_mismatch',
  'model_answers',
  'model_too_slow',
  'not_started',
  'crashed',
] as const;
export type ConfigRefusal = (typeof configRefusals)[number];

/** On `config/reported`: what a device runs with, said at each connection and at each change. */
export const ReportedConfig = Type.Object(
  {
    schema: Type.Literal(schemaVersion),
    /** Of the desired configuration that is in force; 0 where the device runs as it is set itself. */
    version: Seq,
    runId: Type.String({ maxLength: 36 }),
    modelId: Text,
    /** All values in force, whoever set them. */
    inForce: Type.Object(
      {
        sampleIntervalMs: Type.Integer({ minimum: 0 }),
        analysisFps: Type.Number({ minimum: 0 }),
        maxVisitMs: Type.Integer({ minimum: 0 }),
        exclusionZones: Type.Array(ExclusionZone, settingLimits.exclusionZones),
        emotionThresholds: EmotionThresholds,
      },
      closed,
    ),
    /** A newer one that is being loaded or tried now. */
    trying: Type.Optional(Seq),
    /** The last one that was not taken, unless a newer one was taken since. */
    refused: Type.Optional(
      Type.Object({ version: Seq, code: Type.Enum(configRefusals), reason: Text }, closed),
    ),
  },
  closed,
);
export type ReportedConfig = Static<typeof ReportedConfig>;

/** Compiled checks; `Check(value)` narrows, `Errors(value)` explains. */
export const configValidators = {
  desired: Compile(DesiredConfig),
  reported: Compile(ReportedConfig),
  settings: Compile(DeviceSettings),
} as const;
