import { Registry } from 'prom-client';
import { openEventLog } from '@emotion-fleet/event-log';
import { openDeviceRegistry, openObservationStore } from '@emotion-fleet/observation-store';
import { createLogger, describeError, runParts } from '@emotion-fleet/service';
import packageFile from '../package.json' with { type: 'json' };
import { readDashboardConfig } from './config.ts';
import { DashboardServer } from './dashboard-server.ts';

try {
  await main();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const config = readDashboardConfig();
  const logger = createLogger({ service: 'dashboard', level: config.logLevel });
  const eventLog = openEventLog(config, { clientId: 'dashboard', logger });
  const store = openObservationStore(config);
  const registry = openDeviceRegistry(config);
  const dashboard = new DashboardServer({
    store,
    registry,
    eventLog,
    logger,
    metrics: new Registry(),
    port: config.dashboardPort,
    info: {
      version: packageFile.version,
      profile: config.profile,
      demo: config.demo,
      minimumGroupSize: config.minimumGroupSize,
    },
    ...(config.dashboardWebRoot !== undefined && { webRoot: config.dashboardWebRoot }),
  });

  const parts = [eventLog, store, registry, dashboard];
  await runParts(parts, { logger });
}
