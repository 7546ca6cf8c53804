/**
 * For work on the web app alone: a dashboard over memory fakes full of random numbers. Not part of the
 * product and not reachable from it.
 *
 *     node dashboard/server/test/run-with-test-data.ts --port 8090 [--web DIR] [--days 3]
 */
import { parseArgs } from 'node:util';
import { Registry } from 'prom-client';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import {
  MemoryDeviceRegistry,
  MemoryObservationStore,
} from '@emotion-fleet/observation-store/testing';
import { createLogger, stopOnSignal } from '@emotion-fleet/service';
import { DashboardServer } from '../src/index.ts';
import { RandomFleet, seededRandom } from './support/random-fleet.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8090' },
    web: { type: 'string' },
    days: { type: 'string', default: '3' },
    group: { type: 'string', default: '1' },
  },
});

const logger = createLogger({ service: 'dashboard-with-random-data' });
const store = new MemoryObservationStore();
const registry = new MemoryDeviceRegistry();
const eventLog = new MemoryEventLog();
const fleet = new RandomFleet({
  store,
  registry,
  eventLog,
  random: seededRandom(7),
  now: Date.now(),
  days: Number(values.days),
});
const dashboard = new DashboardServer({
  store,
  registry,
  eventLog,
  logger,
  metrics: new Registry(),
  info: {
    version: 'test',
    profile: 'embedded',
    demo: true,
    minimumGroupSize: Number(values.group),
  },
  port: Number(values.port),
  ...(values.web !== undefined && { webRoot: values.web }),
});
await Promise.all([store.start(), registry.start(), eventLog.start()]);
await fleet.fill();
const { port } = await dashboard.start();
logger.info({ url: `http://127.0.0.1:${port}` }, 'random data is served');
const timer = setInterval(() => void fleet.live(Date.now()), 700);
stopOnSignal({
  logger,
  stop: async () => {
    clearInterval(timer);
    await dashboard.stop();
    await Promise.all([eventLog.stop(), store.stop(), registry.stop()]);
  },
});
