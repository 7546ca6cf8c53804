import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { schemaVersion } from './limits.ts';
import { cameraStates, EpochMs, Seq } from './records.ts';

const closed = { additionalProperties: false };
const schema = Type.Literal(schemaVersion);
const Text = Type.String({ maxLength: 400 });
const Nonnegative = Type.Number({ minimum: 0 });
const CameraStateSchema = Type.Enum(cameraStates);

/**
 * Retained birth (`online`) and will (`offline`). `connectSeq` grows with each connection and is kept on
 * the device's disk, so that the late will of an old connection can't overrule a newer birth. It is at least the second
 * of the wall clock, once the device knows that: a new disk goes on above the old one's.
 */
export const StatusMessage = Type.Object(
  {
    schema,
    state: Type.Enum(['online', 'offline']),
    connectSeq: Seq,
    runId: Type.String({ maxLength: 36 }),
    agentVersion: Text,
    modelId: Text,
    /** What the agent runs on and with: camera, precision chosen, frame size. */
    detail: Type.Optional(Text),
  },
  closed,
);

/** Each 30 s, lossy: what an operator looks at when a camera misbehaves. */
export const HealthMessage = Type.Object(
  {
    schema,
    runId: Type.String({ maxLength: 36 }),
    uptimeMs: Nonnegative,
    rssBytes: Nonnegative,
    cameraState: CameraStateSchema,
    framesPerSecond: Nonnegative,
    /** Medians of the last interval; absent while nothing was analysed. */
    detectMs: Type.Optional(Nonnegative),
    classifyMs: Type.Optional(Nonnegative),
    temperatureC: Type.Optional(Type.Number()),
    outbox: Type.Object(
      { records: Nonnegative, bytes: Nonnegative, oldestAgeMs: Nonnegative },
      closed,
    ),
    /** Hop counters since the run began: created = acked + declared + waiting. */
    records: Type.Object(
      { created: Nonnegative, acked: Nonnegative, declared: Nonnegative },
      closed,
    ),
    /** Wear and room of the card; absent where the agent is older or doesn't know. */
    disk: Type.Optional(
      Type.Object(
        {
          /** By the agent, whole pages and the journal included. */
          writtenBytesLastHour: Nonnegative,
          maxBytesPerHour: Nonnegative,
          /** How many times longer than asked for a track waits between two samples, so that the budget holds. */
          sampleStretch: Type.Number({ minimum: 1 }),
          freeBytes: Nonnegative,
        },
        closed,
      ),
    ),
  },
  closed,
);

export const TimeRequest = Type.Object(
  { schema, requestId: Type.String({ minLength: 1, maxLength: 64 }) },
  closed,
);
export const TimeResponse = Type.Object(
  { schema, requestId: Type.String({ minLength: 1, maxLength: 64 }), gatewayTime: EpochMs },
  closed,
);

export type StatusMessage = Static<typeof StatusMessage>;
export type HealthMessage = Static<typeof HealthMessage>;
export type TimeRequest = Static<typeof TimeRequest>;
export type TimeResponse = Static<typeof TimeResponse>;

/** Compiled checks of the small messages; `Check(value)` narrows, `Errors(value)` explains. */
export const messageValidators = {
  status: Compile(StatusMessage),
  health: Compile(HealthMessage),
  timeRequest: Compile(TimeRequest),
  timeResponse: Compile(TimeResponse),
} as const;
