import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteDeviceRegistry, type DeviceRegistry } from '@emotion-fleet/observation-store';
import { OperatorError } from '@emotion-fleet/service';

/** Where the registry lies in a data folder; `npm start` uses the same. */
export function registryPath(dataDirectory: string): string {
  return join(dataDirectory, 'registry.sqlite');
}

/**
 * Opens the registry of a data folder for the time of `work`.
 *
 * @throws OperatorError `no_registry` where `fleet init` is still to be run
 */
export async function withRegistry<Result>(
  dataDirectory: string,
  work: (registry: DeviceRegistry) => Promise<Result>,
): Promise<Result> {
  const path = registryPath(dataDirectory);
  if (!existsSync(path)) {
    throw new OperatorError(
      'no_registry',
      `There is no registry in ${dataDirectory} yet; run "npx fleet init --data ${dataDirectory}" first.`,
    );
  }
  return openRegistry(path, work);
}

/** As `withRegistry`, and makes the registry where there is none. */
export async function openRegistry<Result>(
  path: string,
  work: (registry: DeviceRegistry) => Promise<Result>,
): Promise<Result> {
  const registry = new SqliteDeviceRegistry({ path });
  await registry.start();
  try {
    return await work(registry);
  } finally {
    await registry.stop();
  }
}
