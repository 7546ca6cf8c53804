/**
 * What lists and summary cost in a large fleet: times, bytes and reads of the store (SQLite in a temporary
 * folder), over real HTTP.
 *
 *     node dashboard/server/test/measure-large-fleet.ts [--devices 10000] [--sites 500] [--serve --web DIR]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Registry } from 'prom-client';
import { MemoryEventLog } from '@emotion-fleet/event-log/testing';
import { SqliteObservationStore } from '@emotion-fleet/observation-store';
import { MemoryDeviceRegistry } from '@emotion-fleet/observation-store/testing';
import { silentLogger } from '@emotion-fleet/service';
import { DashboardServer } from '../src/index.ts';
import { countReads } from './support/counted-reads.ts';
import { fillLargeFleet, registerLargeFleet } from './support/large-fleet.ts';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '10000' },
    sites: { type: 'string', default: '500' },
    serve: { type: 'boolean', default: false },
    web: { type: 'string' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'large-fleet-'));
const store = new SqliteObservationStore({ directory: folder });
const counted = countReads(store);
const registry = new MemoryDeviceRegistry();
const eventLog = new MemoryEventLog();
await Promise.all([store.start(), registry.start(), eventLog.start()]);
const now = Date.now();
const fleet = { now, devices: Number(values.devices), sites: Number(values.sites), minutes: 60 };
await registerLargeFleet(registry, fleet);
await fillLargeFleet(store, fleet);
const dashboard = new DashboardServer({
  store: counted.store,
  registry,
  eventLog,
  logger: silentLogger(),
  metrics: new Registry(),
  info: { version: 'test', profile: 'embedded', demo: false, minimumGroupSize: 10 },
  port: 0,
  ...(values.web !== undefined && { webRoot: values.web }),
});
const { port } = await dashboard.start();
const api = `http://127.0.0.1:${port}/api/v1`;

if (values.serve) {
  print(`http://127.0.0.1:${port}`);
  await new Promise((resolve) => process.once('SIGINT', resolve));
} else {
  await measureAll();
}
await dashboard.stop();
await Promise.all([store.stop(), registry.stop(), eventLog.stop()]);
await rm(folder, { recursive: true });

async function measureAll(): Promise<void> {
  const iso = (time: number): string => new Date(time).toISOString();
  const summary = `fleet/summary?from=${iso(now - 3_600_000)}&to=${iso(now)}`;
  const page = ['devices?sort=state&limit=50', 'sites?limit=50'];
  await measure('open page, first', () => Promise.all(page.map(ask)).then(sum));
  await measure('open page, 5 s later', async () => {
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const startedAt = performance.now();
    const answers = await Promise.all(page.map(ask));
    return { ...sum(answers), ms: performance.now() - startedAt };
  });
  await measure('open page, another viewer', () => Promise.all(page.map(ask)).then(sum));
  await measure('devices, one page of 200', () => ask('devices'));
  await measure('devices, page after page', () => askAll('devices'));
  await measure('sites, page after page', () => askAll('sites'));
  await measure('fleet summary of an hour', () => ask(summary));
  await measure('fleet summary, at once again', () => ask(summary));
}

interface Answer {
  readonly requests: number;
  readonly bytes: number;
  readonly ms?: number;
}

async function ask(path: string): Promise<Answer & { next: string | null }> {
  const response = await fetch(`${api}/${path}`);
  const text = await response.text();
  const { next = null } = JSON.parse(text) as { next?: string | null };
  return { requests: 1, bytes: text.length, next };
}

async function askAll(path: string): Promise<Answer> {
  const answers = [];
  for (let query = ''; ;) {
    const answer = await ask(path + query);
    answers.push(answer);
    if (answer.next === null) return sum(answers);
    query = `?after=${answer.next}`;
  }
}

function sum(answers: readonly Answer[]): Answer {
  return answers.reduce((one, other) => ({
    requests: one.requests + other.requests,
    bytes: one.bytes + other.bytes,
  }));
}

async function measure(name: string, work: () => Promise<Answer>): Promise<void> {
  counted.take();
  const startedAt = performance.now();
  const { requests, bytes, ms = performance.now() - startedAt } = await work();
  const reads = counted.take();
  const total = Object.values(reads).reduce((all, count) => all + count, 0);
  const figures = `${requests} requests, ${Math.round(ms)} ms, ${Math.round(bytes / 1_000)} kB`;
  print(`${name}: ${figures}, ${total} reads ${JSON.stringify(reads)}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
