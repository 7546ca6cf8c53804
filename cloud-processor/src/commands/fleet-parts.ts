import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openEventLog, type EventLog } from '@emotion-fleet/event-log';
import {
  openDeviceRegistry,
  openObservationStore,
  type DeviceRegistry,
  type ObservationStore,
} from '@emotion-fleet/observation-store';
import { OperatorError, silentLogger, startAll } from '@emotion-fleet/service';
import type { readProcessorConfig } from '../config.ts';

export interface FleetParts {
  readonly eventLog: EventLog;
  readonly store: ObservationStore;
  readonly registry: DeviceRegistry;
}

/**
 * Opens log, store and registry of the profile for the time of `work`. The files of the embedded profile have a
 * lock, so that this fails in one sentence while the fleet runs.
 *
 * @throws OperatorError `no_data`, `locked`, and what the parts throw
 */
export async function withFleetParts<Result>(
  config: ReturnType<typeof readProcessorConfig>,
  work: (parts: FleetParts) => Promise<Result>,
): Promise<Result> {
  const { profile, dataDirectory = '.' } = config;
  if (profile === 'embedded' && !existsSync(join(dataDirectory, 'observations.sqlite'))) {
    const sentence = `There is no store in ${dataDirectory}; name the fleet's data folder with --data.`;
    throw new OperatorError('no_data', sentence);
  }
  const store = openObservationStore(config);
  const eventLog = openEventLog(config, { clientId: 'maintenance', logger: silentLogger() });
  const registry = openDeviceRegistry(config);
  const parts = [store, eventLog, registry];
  await startAll(parts);
  try {
    return await work({ eventLog, store, registry });
  } finally {
    for (const part of parts.toReversed()) await part.stop();
  }
}
