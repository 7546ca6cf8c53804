import { Type, type Static } from 'typebox';
import { OpeningHours } from '../site.ts';
import { IsoTime } from './query.ts';

/**
 * What an operator acts on. `ok`: connected, and the camera sees. `blind`: connected, but the camera is
 * covered, dark, frozen or lost. `paused`: by the privacy switch. `late`: connected, nothing stored for 3
 * minutes. `offline`: not connected. `never`: not heard of yet. `revoked`: no longer allowed in.
 */
export const deviceStates = [
  'ok',
  'blind',
  'paused',
  'late',
  'offline',
  'never',
  'revoked',
] as const;
export type DeviceState = (typeof deviceStates)[number];

const NullableTime = Type.Union([IsoTime, Type.Null()]);
const NullableText = Type.Union([Type.String(), Type.Null()]);
const NullableNumber = Type.Union([Type.Number(), Type.Null()]);

export const DeviceItem = Type.Object({
  deviceId: Type.String(),
  siteId: Type.String(),
  name: Type.String(),
  state: Type.Enum(deviceStates),
  /** Last connection and last stored record are two things: a camera can be connected and say nothing. */
  connectedAt: NullableTime,
  lastRecordAt: NullableTime,
  cameraState: NullableText,
  modelId: NullableText,
  agentVersion: NullableText,
  framesPerSecond: NullableNumber,
  /** Share of expected time that was analysed in the last hour, 0..1; null where none was expected. */
  coverageLastHour: NullableNumber,
  visitsLastHour: NullableNumber,
});
export const SiteItem = Type.Object({
  siteId: Type.String(),
  name: Type.String(),
  timeZone: Type.String(),
  purpose: Type.String(),
  openingHours: OpeningHours,
  devices: Type.Object({ total: Type.Integer(), ok: Type.Integer() }),
  coverageLastHour: NullableNumber,
  visitsLastHour: NullableNumber,
});

const Next = Type.Union([Type.String(), Type.Null()]);
export const DeviceList = Type.Object({ items: Type.Array(DeviceItem), next: Next });
export const SiteList = Type.Object({ items: Type.Array(SiteItem), next: Next });

/** `/devices/{deviceId}/health`: the last hour of health messages, oldest first. */
export const HealthEntry = Type.Object({
  receivedAt: IsoTime,
  uptimeMs: Type.Number(),
  rssBytes: Type.Number(),
  cameraState: Type.String(),
  framesPerSecond: Type.Number(),
  detectMs: NullableNumber,
  classifyMs: NullableNumber,
  outboxRecords: Type.Number(),
  outboxBytes: Type.Number(),
  /** Of the camera's card; null where its agent doesn't say. */
  diskWrittenBytesLastHour: NullableNumber,
  diskMaxBytesPerHour: NullableNumber,
  diskFreeBytes: NullableNumber,
  /** 1 where samples come as often as asked for, more while the card is spared. */
  sampleStretch: NullableNumber,
});
export const DeviceHealth = Type.Object({
  deviceId: Type.String(),
  state: Type.Enum(deviceStates),
  /** One sentence: why it is in that state. */
  detail: Type.String(),
  entries: Type.Array(HealthEntry),
});
/** `/sites/{siteId}/health`: each device's, without the entries. */
export const SiteHealth = Type.Object({
  siteId: Type.String(),
  devices: Type.Array(
    Type.Object({ deviceId: Type.String(), state: Type.Enum(deviceStates), detail: Type.String() }),
  ),
});

/** `/info`: what the dashboard must say of itself. */
export const Info = Type.Object({
  version: Type.String(),
  profile: Type.String(),
  /** True while virtual cameras feed it: every page is then marked as demo data. */
  demo: Type.Boolean(),
  minimumGroupSize: Type.Integer(),
  startedAt: IsoTime,
});

export type DeviceItem = Static<typeof DeviceItem>;
export type SiteItem = Static<typeof SiteItem>;
export type DeviceList = Static<typeof DeviceList>;
export type SiteList = Static<typeof SiteList>;
export type HealthEntry = Static<typeof HealthEntry>;
export type DeviceHealth = Static<typeof DeviceHealth>;
export type SiteHealth = Static<typeof SiteHealth>;
export type Info = Static<typeof Info>;
