/**
 * A few dozen simulated devices as a process that may be killed at any moment: what must not be forgotten is in the
 * outboxes and in the journal. Argument: the file with its settings.
 */
import { silentLogger, stopOnSignal } from '@emotion-fleet/service';
import { EdgeDeviceRun } from './edge-device.ts';
import { EdgeJournal } from './edge-journal.ts';
import { readEdgeSettings, type EdgeReport, type EdgeRequest } from './edge-settings.ts';

const tickMs = 50;
const reportIntervalMs = 500;
const recordsAtOnce = 25;
const burstRecordsAtOnce = 15;
const drainLimitMs = 240_000;

const settings = readEdgeSettings(process.argv[2] ?? '');
const journal = new EdgeJournal(settings.journalFile);
const past = journal.past();
const runs = settings.devices.map(
  (device) => new EdgeDeviceRun({ settings, device, journal, past: past.get(device.deviceId) }),
);
for (const run of runs) await run.start();

let turn = 0;
let credit = 0;
let lastTickAt = performance.now();
let isDrained = false;

/** Makes what the rate allows, a device after the other; what waits for the cloud slows it down. */
function tick(): void {
  for (const run of runs) run.makeBurst(burstRecordsAtOnce);
  const now = performance.now();
  const { recordsPerSecond } = settings;
  credit = Math.min(
    recordsPerSecond + recordsAtOnce,
    credit + ((now - lastTickAt) * recordsPerSecond) / 1_000,
  );
  lastTickAt = now;
  for (let asked = 0; asked < runs.length && credit >= recordsAtOnce; asked++) {
    const run = runs[turn++ % runs.length]!;
    if (run.wantsRecords) credit -= run.make(recordsAtOnce);
  }
}

function report(): EdgeReport {
  const sum = (of: (run: EdgeDeviceRun) => number) => runs.reduce((all, run) => all + of(run), 0);
  return {
    made: sum(({ made }) => made),
    waiting: sum(({ waiting }) => waiting),
    declared: sum(({ declared }) => declared),
    burst: sum(({ burstMade }) => burstMade),
    refused: sum(({ disk }) => disk.refused),
    repeated: sum(({ repeated }) => repeated),
    swapped: sum(({ swapped }) => swapped),
    isQuotaMade: runs.every(({ isQuotaMade }) => isQuotaMade),
    isDrained,
  };
}

async function drain(): Promise<void> {
  const drained = await Promise.all(runs.map((run) => run.drain(drainLimitMs)));
  isDrained = drained.every(Boolean);
}

function obey(request: EdgeRequest): void {
  const small = runs.filter(({ device }) => device.hasSmallDisk);
  switch (request.kind) {
    case 'burst':
      for (const run of small) run.burst(request.records);
      break;
    case 'disks':
      small.forEach(({ disk }, index) => (disk.isFull = request.full && index % 2 === 0));
      break;
    case 'drain':
      void drain();
      break;
  }
}

process.on('message', obey);
setInterval(tick, tickMs);
setInterval(() => process.send?.(report()), reportIntervalMs);
process.stdout.write('devices run\n');
stopOnSignal({
  logger: silentLogger(),
  stop: async () => {
    await Promise.all(runs.map((run) => run.stop()));
  },
});
