import { Type, type Static } from 'typebox';
import { DeviceSettings, ReportedConfig } from '../device-config.ts';
import { IsoTime } from './query.ts';

/**
 * `own`: nothing was ever desired. `pending`: the device has not said anything about the desired version yet.
 * `trying`: it loads or tries it. `applied`: in force. `refused`: the one before stays, `reported.refused` says why.
 */
export const configStates = ['own', 'pending', 'trying', 'applied', 'refused'] as const;
export type ConfigState = (typeof configStates)[number];

/** `GET /devices/{deviceId}/config`, and the answer to `PUT`. */
export const DeviceConfig = Type.Object({
  deviceId: Type.String(),
  state: Type.Enum(configStates),
  desired: Type.Union([
    Type.Object({ version: Type.Integer(), setAt: IsoTime, settings: DeviceSettings }),
    Type.Null(),
  ]),
  reported: Type.Union([
    Type.Object({ receivedAt: IsoTime, ...ReportedConfig.properties }),
    Type.Null(),
  ]),
});
export type DeviceConfig = Static<typeof DeviceConfig>;

/** Body of `PUT /devices/{deviceId}/config`: the settings as a whole; what is absent is the device's own again. */
export const DeviceConfigChange = Type.Object(
  {
    settings: DeviceSettings,
    /** The desired version that was looked at (0: none); another one by now is a conflict (409). */
    basedOn: Type.Integer({ minimum: 0 }),
  },
  { additionalProperties: false },
);
export type DeviceConfigChange = Static<typeof DeviceConfigChange>;
