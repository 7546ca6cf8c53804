import { eventLogNeeds, eventLogSettings } from '@emotion-fleet/event-log';
import { storeNeeds, storeSettings } from '@emotion-fleet/observation-store';
import { readConfig, Type } from '@emotion-fleet/service';
import { defaultLimits } from './limits.ts';

const Port = (value: number) => Type.Integer({ minimum: 0, maximum: 65_535, default: value });

const schema = Type.Object({
  ...eventLogSettings,
  ...storeSettings,
  mqttHost: Type.String({ default: '127.0.0.1' }),
  mqttPort: Port(1_883),
  /** `/metrics` and `/health`, on loopback. */
  operatorPort: Port(9_101),
  logLevel: Type.String({ default: 'info' }),
  ackTimeoutMs: Type.Integer({
    minimum: 100,
    maximum: 10_000,
    default: defaultLimits.ackTimeoutMs,
  }),
  maxInFlightBytes: Type.Integer({ minimum: 1_048_576, default: defaultLimits.maxInFlightBytes }),
  maxConnections: Type.Integer({ minimum: 1, default: defaultLimits.maxConnections }),
  recheckIntervalMs: Type.Integer({ minimum: 1_000, default: defaultLimits.recheckIntervalMs }),
});

/** The gateway's configuration from `EMOTION_...` variables. @throws OperatorError `bad_config` */
export function readGatewayConfig(environment: NodeJS.ProcessEnv = process.env) {
  return readConfig(schema, environment, { needs: [eventLogNeeds, storeNeeds] });
}
