import { join } from 'node:path';
import { SqliteEventLog } from '@emotion-fleet/event-log';
import { SqliteDeviceRegistry, SqliteObservationStore } from '@emotion-fleet/observation-store';
import {
  createLogger,
  describeError,
  OperatorServer,
  startAll,
  stopOnSignal,
} from '@emotion-fleet/service';
import { Registry } from 'prom-client';
import { readProcessorConfig } from './config.ts';
import { Processor } from './processor.ts';

async function main(): Promise<void> {
  const config = readProcessorConfig();
  const logger = createLogger({ service: 'cloud-processor', level: config.logLevel });
  const metrics = new Registry();

  const eventLog = new SqliteEventLog({ file: join(config.data, 'event-log.sqlite') });
  const store = new SqliteObservationStore({ directory: config.data });
  const registry = new SqliteDeviceRegistry({ path: join(config.data, 'registry.sqlite') });
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
    health: { processor: () => processor.health(), store: () => store.health() },
  });

  const parts = [eventLog, store, registry, processor, operator];
  await startAll(parts);
  logger.info({ data: config.data }, 'processing');
  stopOnSignal({
    logger,
    stop: async () => {
      for (const part of parts.toReversed()) await part.stop();
    },
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
});
