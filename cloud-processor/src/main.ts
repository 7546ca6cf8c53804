import { openEventLog } from '@emotion-fleet/event-log';
import { openDeviceRegistry, openObservationStore } from '@emotion-fleet/observation-store';
import { createLogger, describeError, OperatorServer, runParts } from '@emotion-fleet/service';
import { Registry } from 'prom-client';
import { readProcessorConfig } from './config.ts';
import { Processor } from './processor.ts';

async function main(): Promise<void> {
  const config = readProcessorConfig();
  const logger = createLogger({ service: 'cloud-processor', level: config.logLevel });
  const metrics = new Registry();

  const eventLog = openEventLog(config, { clientId: 'cloud-processor', logger });
  const store = openObservationStore(config);
  const registry = openDeviceRegistry(config);
  const processor = new Processor({
    eventLog,
    store,
    registry,
    logger,
    metrics,
    groupId: config.groupId,
    sealAfterMs: config.sealAfterMs,
    flush: { minIntervalMs: config.minFlushIntervalMs, maxIntervalMs: config.maxFlushIntervalMs },
  });
  const operator = new OperatorServer({
    port: config.operatorPort,
    registry: metrics,
    health: {
      processor: () => processor.health(),
      eventLog: () => eventLog.health(),
      store: () => store.health(),
      registry: () => registry.health(),
    },
  });

  const parts = [eventLog, store, registry, processor, operator];
  await runParts(parts, { logger });
  logger.info({ profile: config.profile }, 'processing');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}
