import { idPattern } from '@emotion-fleet/contracts';
import { readConfig, Type } from '@emotion-fleet/service';

const detectors = '^(blazeface-320x256|blazeface-256x192|yunet:.+)$';

/** What the agent is told, as `EMOTION_...` variables; see the README's table. */
const AgentConfigSchema = Type.Object({
  deviceId: Type.String({ pattern: idPattern }),
  /** Secret: no default, never logged. */
  token: Type.String({ minLength: 1 }),
  mqttUrl: Type.String({ pattern: '^(mqtts?|tcp|ssl|wss?)://' }),
  dataDirectory: Type.String({ minLength: 1 }),
  /** A camera URL. */
  camera: Type.String({ minLength: 1, default: 'rpicam:0' }),
  modelCache: Type.String({ minLength: 1 }),
  sampleIntervalMs: Type.Integer({ minimum: 0, maximum: 60_000, default: 1_000 }),
  analysisFps: Type.Number({ minimum: 0.5, maximum: 30, default: 5 }),
  detector: Type.String({ pattern: detectors, default: 'blazeface-320x256' }),
  precision: Type.Union([Type.Literal('int8'), Type.Literal('fp32')], { default: 'int8' }),
  maxVisitMs: Type.Integer({ minimum: 10_000, default: 20 * 60_000 }),
  logLevel: Type.Union(
    ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'].map((level) =>
      Type.Literal(level),
    ),
    { default: 'info' },
  ),
});

export type AgentConfig = ReturnType<typeof readAgentConfig>;

/** Reads the configuration. Throws OperatorError `bad_config`. */
export function readAgentConfig(environment: Readonly<Record<string, string | undefined>>) {
  return readConfig(AgentConfigSchema, environment);
}
