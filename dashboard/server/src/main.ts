import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { SqliteEventLog } from '@emotion-fleet/event-log';
import { SqliteDeviceRegistry, SqliteObservationStore } from '@emotion-fleet/observation-store';
import { createLogger, describeError, startAll, stopOnSignal } from '@emotion-fleet/service';
import packageFile from '../package.json' with { type: 'json' };
import { readDashboardConfig } from './config.ts';
import { DashboardServer } from './dashboard-server.ts';

try {
  await main();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const config = readDashboardConfig();
  const logger = createLogger({ service: 'dashboard', level: config.logLevel });
  const { dataDirectory } = config;
  await mkdir(dataDirectory, { recursive: true });

  const eventLog = new SqliteEventLog({ file: join(dataDirectory, 'event-log.sqlite') });
  const store = new SqliteObservationStore({ directory: dataDirectory });
  const registry = new SqliteDeviceRegistry({ path: join(dataDirectory, 'registry.sqlite') });
  const dashboard = new DashboardServer({
    store,
    registry,
    eventLog,
    logger,
    metrics: new Registry(),
    port: config.dashboardPort,
    info: {
      version: packageFile.version,
      profile: 'embedded',
      demo: config.demo,
      minimumGroupSize: config.minimumGroupSize,
    },
    ...(config.dashboardWebRoot !== undefined && { webRoot: config.dashboardWebRoot }),
  });

  const parts = [eventLog, store, registry, dashboard];
  await startAll(parts);
  stopOnSignal({
    logger,
    stop: async () => {
      for (const part of parts.toReversed()) await part.stop();
    },
  });
}
