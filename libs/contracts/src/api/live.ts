import { Type, type Static } from 'typebox';
import { emotions, Scores } from '../emotions.ts';
import { IsoTime } from './query.ts';

export const maxChangedIds = 200;

/**
 * `/live` is a stream of server-sent events. `?deviceId=` narrows it to one camera and adds its faces.
 * `changed`: windows of these devices were stored anew, so figures on the page are stale; at most one a second.
 * `faces`: what one camera saw in one look, boxes without a picture.
 * `status`: a device came or went.
 */
export const LiveChanged = Type.Object({
  at: IsoTime,
  /** Absent where there are more than 200: any camera may be among them. */
  deviceIds: Type.Optional(Type.Array(Type.String(), { maxItems: maxChangedIds })),
});
export const LiveFaces = Type.Object({
  deviceId: Type.String(),
  observedAt: IsoTime,
  frame: Type.Object({ width: Type.Number(), height: Type.Number() }),
  faces: Type.Array(
    Type.Object({
      trackId: Type.String(),
      x: Type.Number(),
      y: Type.Number(),
      width: Type.Number(),
      height: Type.Number(),
      emotion: Type.Enum(emotions),
      scores: Type.Optional(Scores),
    }),
  ),
});
export const LiveStatus = Type.Object({
  deviceId: Type.String(),
  state: Type.String(),
  at: IsoTime,
});
export const LiveQuery = Type.Object(
  { deviceId: Type.Optional(Type.String({ maxLength: 63 })) },
  { additionalProperties: false },
);

export type LiveChanged = Static<typeof LiveChanged>;
export type LiveFaces = Static<typeof LiveFaces>;
export type LiveStatus = Static<typeof LiveStatus>;
export type LiveQuery = Static<typeof LiveQuery>;
