import { outboxMaxAgeMs } from '@emotion-fleet/contracts';
import { eventLogNeeds, eventLogSettings } from '@emotion-fleet/event-log';
import { storeNeeds, storeSettings } from '@emotion-fleet/observation-store';
import { readConfig, Type } from '@emotion-fleet/service';

const ConfigSchema = Type.Object({
  ...eventLogSettings,
  ...storeSettings,
  groupId: Type.String({ minLength: 1, default: 'cloud-processor' }),
  logLevel: Type.String({ default: 'info' }),
  /** `/metrics` and `/health`; 0 picks a free port. */
  operatorPort: Type.Integer({ minimum: 0, maximum: 65_535, default: 9_102 }),
  /** Records that arrive later than this after their time don't change windows any more. */
  sealAfterMs: Type.Integer({ minimum: 60_000, default: outboxMaxAgeMs }),
  minFlushIntervalMs: Type.Integer({ minimum: 1, default: 200 }),
  maxFlushIntervalMs: Type.Integer({ minimum: 1, default: 5_000 }),
});

/** The only reader of the environment here: `EMOTION_PROFILE`, `EMOTION_GROUP_ID`, ... @throws OperatorError `bad_config` */
export function readProcessorConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
) {
  return readConfig(ConfigSchema, environment, { needs: [eventLogNeeds, storeNeeds] });
}
