/**
 * The chain without anything that makes it more than a copy: the same log and store adapters, batches by partition,
 * offsets after writes; no check of a record, no windows, no ledger. Told as a service is, by its environment.
 */
import { logTopics } from '@emotion-fleet/contracts';
import { eventLogSettings, openEventLog } from '@emotion-fleet/event-log';
import {
  openObservationStore,
  storeSettings,
  type RecordRow,
} from '@emotion-fleet/observation-store';
import {
  createLogger,
  HopCounter,
  OperatorServer,
  readConfig,
  runParts,
  Type,
} from '@emotion-fleet/service';
import { Registry } from 'prom-client';

const schema = Type.Object({
  ...eventLogSettings,
  ...storeSettings,
  operatorPort: Type.Integer(),
  logLevel: Type.String({ default: 'warn' }),
});
const config = readConfig(schema, process.env);
const logger = createLogger({ service: 'raw-chain', level: config.logLevel });
const registry = new Registry();
const eventLog = openEventLog(config, { clientId: 'raw-chain', logger });
const store = openObservationStore(config);
const hop = new HopCounter({ hop: 'raw', registry });
const decoder = new TextDecoder();
const consumer = eventLog.createConsumer({
  groupId: 'raw-chain',
  topics: [logTopics.faceEmotions],
  from: 'start',
  // As the processor does.
  maxBatchEntries: 10_000,
  partitionsAtOnce: 3,
  onBatch: async ({ entries }) => {
    hop.receive(entries.length);
    const rows = entries.map(
      ({ value }) => JSON.parse(decoder.decode(value ?? undefined)) as RecordRow,
    );
    await store.putRecords(rows);
    hop.forward(entries.length);
  },
  onError: (err) => logger.error({ err }, 'batch failed'),
});
const health = { store: () => store.health() };
const operator = new OperatorServer({ port: config.operatorPort, registry, health });
const parts = [eventLog, store, consumer, operator];
await runParts(parts, { logger });
