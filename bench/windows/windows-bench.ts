import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { defaultCacheLimits, RecordHandler, SiteDirectory } from '@emotion-fleet/cloud-processor';
import { encodeLogged, logPartitions, logTopics, outboxMaxAgeMs } from '@emotion-fleet/contracts';
import type { StoredLogEntry } from '@emotion-fleet/event-log';
import { hourMs } from '@emotion-fleet/observation-store';
import { ours, type BenchContext } from '../harness/bench.ts';
import { DeviceRecords } from '../harness/fleet-records.ts';
import { DoNothingStore } from './do-nothing-store.ts';

const cameras = 10_000;
const devices = Math.ceil(cameras / logPartitions);
/** Of 10,000 cameras in sites of ten. */
const sites = cameras / 10;
/** A busy minute, then four with nobody there: 0.64 records a second. */
const idleMs = 4 * 60_000;
const simulatedMinutes = 70;
const flushMs = 1_000;
const sendEveryMs = 5_000;
const transportMs = 300;
/** Rounds that would end later are left out. */
const enoughMs = 6 * 60_000;

/**
 * One log partition's share of ten thousand cameras through the record handler, for an hour and its turn, with nothing
 * behind it: what of CPU and memory is ours. Time passes only in the records.
 */
export async function benchWindows(context: BenchContext): Promise<void> {
  const { rounds, series, elapsedMs, say } = context;
  for (let round = 1; round <= rounds && elapsedMs() < enoughMs; round++) {
    const figures = await simulateHour((line) => say(`round ${round} of ${rounds}: ${line}`));
    const note = (metric: string, unit: string, value: number) =>
      series.add({ subject: ours, metric, unit }, value);
    note('records', 'records/s of the fleet', figures.recordsPerSecond * logPartitions);
    note('CPU', 'µs/record', figures.cpuUsPerRecord);
    note('memory of all partitions', 'MB', figures.megabytes * logPartitions);
    note('raw rows read again', 'times per 100 hours written', figures.readsPerWrite * 100);
  }
}

async function simulateHour(say: (line: string) => void) {
  const startsAt = Math.floor(Date.now() / hourMs) * hourMs - 3 * hourMs;
  const fleet = Array.from({ length: devices }, (_, seed) => {
    const deviceId = `camera-${String(seed).padStart(5, '0')}`;
    return new DeviceRecords({ deviceId, seed, idleMs, startsAt: startsAt + seed * 360 });
  });
  const assignments = fleet.map(({ deviceId }, index) => {
    return { deviceId, siteId: `site-${index % sites}`, fromHour: startsAt - hourMs };
  });
  const store = await DoNothingStore.started();
  const handler = new RecordHandler({
    store,
    sites: new SiteDirectory({
      registry: { listAssignments: () => Promise.resolve(assignments) },
      clock: { now: () => Date.now() },
      maxAgeMs: 5_000,
    }),
    sealAfterMs: outboxMaxAgeMs,
    limits: defaultCacheLimits,
  });
  const before = heldMegabytes();
  let offset = 0;
  let cpuUs = 0;
  let most = 0;
  for (let atMs = flushMs; atMs <= simulatedMinutes * 60_000; atMs += flushMs) {
    const entries: StoredLogEntry[] = [];
    const first = (atMs / flushMs) % (sendEveryMs / flushMs);
    for (let index = first; index < devices; index += sendEveryMs / flushMs) {
      const { deviceId } = fleet[index]!;
      for (const record of fleet[index]!.until(startsAt + atMs)) {
        const receivedAt = startsAt + atMs + transportMs;
        const value = encodeLogged({ deviceId, receivedAt, record });
        entries.push({ key: deviceId, value, offset: offset++ });
      }
    }
    if (entries.length === 0) continue;
    const cpuBefore = process.cpuUsage();
    await handler.apply({ topic: logTopics.faceEmotions, partition: 0, entries });
    const { user, system } = process.cpuUsage(cpuBefore);
    cpuUs += user + system;
    if (atMs % 600_000 !== 0) continue;
    const megabytes = heldMegabytes() - before;
    most = Math.max(most, megabytes);
    const perRecord = (cpuUs / offset).toFixed(1);
    say(`after ${atMs / 60_000} min ${perRecord} µs a record, ${megabytes.toFixed(0)} MB held`);
  }
  // Each device's two hours have to be read once.
  return {
    recordsPerSecond: offset / (simulatedMinutes * 60),
    cpuUsPerRecord: cpuUs / offset,
    megabytes: most,
    readsPerWrite: (store.rawReads - 2 * devices) / store.hourWrites,
  };
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Typed arrays lie beside the heap. */
function heldMegabytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}
