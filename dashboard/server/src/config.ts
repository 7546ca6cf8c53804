import { eventLogNeeds, eventLogSettings } from '@emotion-fleet/event-log';
import { storeNeeds, storeSettings } from '@emotion-fleet/observation-store';
import { readConfig, Type } from '@emotion-fleet/service';
import { leastGroupSize } from './privacy/group-size.ts';

const schema = Type.Object({
  ...eventLogSettings,
  ...storeSettings,
  dashboardPort: Type.Integer({ minimum: 0, maximum: 65_535, default: 8080 }),
  /** Folder of the built web app; without it there is the API alone. */
  dashboardWebRoot: Type.Optional(Type.String({ minLength: 1 })),
  minimumGroupSize: Type.Integer({ minimum: 1, default: leastGroupSize }),
  /** True marks every page as demo data and allows groups of one. */
  demo: Type.Boolean({ default: false }),
  logLevel: Type.String({ default: 'info' }),
});

/**
 * The dashboard's own configuration, from `EMOTION_*`.
 *
 * @throws OperatorError `bad_config`
 */
export function readDashboardConfig() {
  return readConfig(schema, process.env, { needs: [eventLogNeeds, storeNeeds] });
}
