import { Type, type Static } from 'typebox';
import { OpeningHours } from '../site.ts';
import { deviceStates, type DeviceState } from './device-states.ts';
import { IsoTime } from './query.ts';

const NullableTime = Type.Union([IsoTime, Type.Null()]);
const NullableText = Type.Union([Type.String(), Type.Null()]);
const NullableNumber = Type.Union([Type.Number(), Type.Null()]);

export const DeviceItem = Type.Object({
  deviceId: Type.String(),
  siteId: Type.String(),
  /** Empty where the device never stood anywhere. */
  siteName: Type.String(),
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

const Count = Type.Integer();
const DeviceCounts = Type.Object({
  ok: Count,
  blind: Count,
  paused: Count,
  late: Count,
  offline: Count,
  never: Count,
  revoked: Count,
} satisfies Record<DeviceState, typeof Count>);

const list = {
  /** `after` of the next page; null where nothing follows, and in any order but that of ids. */
  next: Type.Union([Type.String(), Type.Null()]),
  /** How many there are on all pages. */
  total: Type.Integer(),
};
export const DeviceList = Type.Object({
  items: Type.Array(DeviceItem),
  ...list,
  /** Cameras of the fleet by state, or of the site that is asked for; whatever else is asked. */
  counts: DeviceCounts,
});
export const SiteList = Type.Object({
  items: Type.Array(SiteItem),
  ...list,
  /** Sites of the fleet, whatever is asked. */
  all: Type.Integer(),
});

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
  /** What the agent says of itself: camera, rate, precision, runtime, networks that hung; null where it never did. */
  setup: NullableText,
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
