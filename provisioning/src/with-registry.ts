import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  openDeviceRegistry,
  type DeviceRegistry,
  type StoreSettings,
} from '@emotion-fleet/observation-store';
import { OperatorError } from '@emotion-fleet/service';

/** Where the registry lies in a data folder; `npm start` uses the same. Undefined where it is in Cassandra. */
export function registryPath({ profile, dataDirectory = '.' }: StoreSettings): string | undefined {
  return profile === 'embedded' ? join(dataDirectory, 'registry.sqlite') : undefined;
}

/**
 * Opens the registry for the time of `work`.
 *
 * @throws OperatorError `no_registry` where `fleet init` is still to be run
 */
export async function withRegistry<Result>(
  settings: StoreSettings,
  work: (registry: DeviceRegistry) => Promise<Result>,
): Promise<Result> {
  const path = registryPath(settings);
  if (path !== undefined && !existsSync(path)) {
    const { dataDirectory = '.' } = settings;
    throw new OperatorError(
      'no_registry',
      `There is no registry in ${dataDirectory} yet; run "npx fleet init --data ${dataDirectory}" first.`,
    );
  }
  return openRegistry(settings, work);
}

/** As `withRegistry`, and makes the registry where there is none. */
export async function openRegistry<Result>(
  settings: StoreSettings,
  work: (registry: DeviceRegistry) => Promise<Result>,
): Promise<Result> {
  const registry = openDeviceRegistry(settings);
  await registry.start();
  try {
    return await work(registry);
  } finally {
    await registry.stop();
  }
}
