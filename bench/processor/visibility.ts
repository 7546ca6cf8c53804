import { setTimeout as delay } from 'node:timers/promises';
import { freePorts } from '@emotion-fleet/deploy';
import { encodeLogged, logTopics } from '@emotion-fleet/contracts';
import type { EventLog } from '@emotion-fleet/event-log';
import { CodedError } from '@emotion-fleet/service';
import { ours, type BenchContext } from '../harness/bench.ts';
import type { BenchStack } from '../harness/bench-stack.ts';
import { DeviceRecords } from '../harness/fleet-records.ts';
import { quantile } from '../harness/series.ts';
import { ServiceProcess } from '../harness/service-process.ts';
import type { FleetSource } from './fleet.ts';

/** A camera of its own: whoever looks at it knows which record he sees. */
export const probe = 'camera-probe';
const recordsPerSecond = 1_000;
const tickMs = 50;
const probesPerRound = 25;
const enoughMs = 8.5 * 60_000;
const pollMs = 20;

/** From the append of a record to the answer of the dashboard's API that counts it, while the fleet goes on. */
export async function measureVisibility(
  context: BenchContext,
  {
    stack,
    keyspace,
    log,
    fleet,
  }: {
    readonly stack: BenchStack;
    readonly keyspace: string;
    readonly log: EventLog;
    readonly fleet: FleetSource;
  },
): Promise<void> {
  const { rounds, series, elapsedMs, cleanup, say } = context;
  const [operatorPort = 0, dashboardPort = 0] = await freePorts(2);
  const environment = {
    ...stack.environment(keyspace),
    EMOTION_OPERATOR_PORT: String(operatorPort),
    EMOTION_DASHBOARD_PORT: String(dashboardPort),
    EMOTION_DEMO: 'true', // Shows groups of one, as a single record is.
    EMOTION_MINIMUM_GROUP_SIZE: '1',
  };
  const programs = [
    { program: 'cloud-processor/src/main.ts', operatorPort },
    { program: 'dashboard/server/src/main.ts', operatorPort: dashboardPort },
  ];
  for (const program of programs) {
    const service = new ServiceProcess({ ...program, environment });
    cleanup.add(() => service.stop());
    await service.start();
  }
  const load = keepAppending(log, fleet);
  cleanup.add(async () => {
    await load.stop();
  });
  await delay(5_000);
  const records = new DeviceRecords({ deviceId: probe, seed: 1, startsAt: Date.now() - 60_000 });
  const api = `http://127.0.0.1:${dashboardPort}/api/v1/devices/${probe}/summary`;
  // In the first one, which does not count, the processor reads what it keeps of the running hour.
  for (let round = 0; round <= rounds && elapsedMs() < enoughMs; round++) {
    const times: number[] = [];
    while (times.length < probesPerRound) {
      times.push(await timeToVisible({ log, records, api }));
      await delay(Math.random() * 200);
    }
    const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
    say(`to visible, round ${round}: p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`);
    if (round === 0) continue;
    const common = { subject: ours, unit: 'ms' };
    series.add({ ...common, metric: 'record to visible at 1,000/s, p50' }, p50);
    series.add({ ...common, metric: 'record to visible at 1,000/s, p95' }, p95);
  }
  const rate = await load.stop();
  series.add({ subject: 'load', metric: 'appended meanwhile', unit: 'records/s' }, rate);
}

let counted = 0;

async function timeToVisible({
  log,
  records,
  api,
}: {
  readonly log: EventLog;
  readonly records: DeviceRecords;
  readonly api: string;
}): Promise<number> {
  let record = records.next();
  while (record.kind !== 'sample') record = records.next();
  counted += 1;
  const startedAt = performance.now();
  const value = encodeLogged({ deviceId: probe, receivedAt: Date.now(), record });
  await log.append(logTopics.faceEmotions, [{ key: probe, value }]);
  const hour = 3_600_000;
  const range = `from=${iso(record.observedAt - hour)}&to=${iso(record.observedAt + hour)}`;
  for (;;) {
    const response = await fetch(`${api}?${range}`);
    if (!response.ok)
      throw new CodedError('refused', `the dashboard said: ${await response.text()}`);
    const { samples } = (await response.json()) as { samples: number | null };
    if (samples !== null && samples >= counted) return performance.now() - startedAt;
    if (performance.now() - startedAt > 60_000) {
      throw new CodedError('too_slow', 'a record was not visible after a minute');
    }
    await delay(pollMs);
  }
}

function keepAppending(log: EventLog, fleet: FleetSource): { stop(): Promise<number> } {
  let running = true as boolean;
  const startedAt = performance.now();
  let appended = 0;
  const work = (async () => {
    while (running) {
      const due = ((performance.now() - startedAt) / 1_000) * recordsPerSecond - appended;
      if (due >= 1) {
        const entries = fleet.take(Math.min(Math.floor(due), 1_000));
        await log.append(logTopics.faceEmotions, entries);
        appended += entries.length;
      }
      await delay(tickMs);
    }
    return appended / ((performance.now() - startedAt) / 1_000);
  })();
  return {
    stop: () => {
      running = false;
      return work;
    },
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
