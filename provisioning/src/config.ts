import { storeNeeds, storeSettings, type StoreSettings } from '@emotion-fleet/observation-store';
import { readConfig, Type } from '@emotion-fleet/service';

const schema = Type.Object(storeSettings);

/** Where the registry is, from `EMOTION_...`; the data folder comes from `--data`. @throws OperatorError `bad_config` */
export function readFleetConfig(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): StoreSettings {
  return readConfig(schema, environment, { needs: [{ ...storeNeeds, embedded: [] }] });
}
