import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DeviceRecord, SampleRecord } from '@emotion-fleet/contracts';
import { SqliteObservationStore, type RecordRow } from '@emotion-fleet/observation-store';
import { balances, type HealthReport, type HopSnapshot } from '@emotion-fleet/service';
import type { DemoSite } from '@emotion-fleet/all-in-one';
import { auditDataFolder } from '../support/data-folder.ts';
import type { Audit } from '../support/audit.ts';
import { EmbeddedFleet } from '../support/embedded-fleet.ts';
import { assertExactlyOnce } from '../support/exactly-once.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait.ts';

/** Yuv420p of 640 x 480. */
const frameBytes = (640 * 480 * 3) / 2;
const covered = { fromMs: 15_000, toMs: 45_000 };

/** What a person sees in the photographs: the same list by which the detector is tested, in short. */
const expectations: Record<string, { photo: string; plainly?: 'happy' }> = {
  'one-laughing': { photo: 'sample1', plainly: 'happy' },
  'three-serious': { photo: 'sample2' },
  'two-laughing': { photo: 'sample4', plainly: 'happy' },
  'covered-for-a-while': { photo: 'sample6', plainly: 'happy' },
};
const site: DemoSite = {
  siteId: 'hall',
  name: 'Hall',
  purpose: 'demo',
  cameras: Object.entries(expectations).map(([deviceId, { photo }], index) => ({
    deviceId,
    name: deviceId,
    camera:
      deviceId === 'covered-for-a-while'
        ? `virtual:${photo}?seed=66&coveredFromMs=${covered.fromMs}&coveredToMs=${covered.toMs}`
        : `virtual:${photo}?seed=${index + 11}`,
  })),
};

describe('the chain from real faces to the store', () => {
  const folder = temporaryFolder('real-chain');
  const models = temporaryFolder('real-chain-models');
  let rows: RecordRow[] = [];
  let found: Audit;
  let sent: Buffer = Buffer.alloc(0);
  let written = new Map<string, number>();
  let health: HealthReport;
  let runs = 0;

  const recordsOf = <Kind extends DeviceRecord['kind']>(deviceId: string, kind: Kind) =>
    rows
      .filter((row) => row.deviceId === deviceId && row.record.kind === kind)
      .map(({ record }) => record as Extract<DeviceRecord, { kind: Kind }>);

  before(async () => {
    const fleet = await EmbeddedFleet.start({
      dataDirectory: folder.path,
      modelCache: models.path,
      sites: [site],
    });
    try {
      // Long enough for the covered camera to see faces again after its lens is free.
      const startedAt = performance.now();
      await waitFor(
        'the covered camera has been free for a while',
        () => performance.now() - startedAt > covered.toMs + 20_000,
        120_000,
      );
      written = new Map(
        [...fleet.agents.pids()].map(([deviceId, pid]) => [deviceId, bytesWritten(pid)]),
      );
      await fleet.agents.stop();
      health = await waitFor('all is applied', async () => {
        const report = await fleet.get<HealthReport>('/health');
        return report.hops['processor']?.['lag'] === 0 && report;
      });
    } finally {
      await fleet.stop();
    }
    sent = fleet.tap.sent();
    rows = await readRows(folder.path);
    found = await auditDataFolder(folder.path);
    runs = new Set(rows.map(({ record }) => record.runId)).size;
  });
  after(() => {
    folder.remove();
    models.remove();
  });

  for (const [deviceId, { plainly }] of Object.entries(expectations)) {
    it(`sees faces at ${deviceId}${plainly === undefined ? '' : `, most of them ${plainly}`}`, () => {
      const samples = recordsOf(deviceId, 'sample');
      const classified = samples.filter(({ scores }) => scores !== undefined);
      assert.ok(recordsOf(deviceId, 'visit').length >= 3, 'visits');
      assert.ok(samples.length >= 30, 'samples');
      assert.ok(classified.length >= samples.length / 4, 'classified samples');
      if (plainly === undefined) return;
      const mean = (key: 'sad' | 'neutral' | 'other' | 'happy') =>
        classified.reduce((sum, { scores }) => sum + (scores?.[key] ?? 0), 0) / classified.length;
      for (const other of ['sad', 'neutral', 'other'] as const) {
        assert.ok(
          mean(plainly) > mean(other),
          `${plainly} ${mean(plainly)}, ${other} ${mean(other)}`,
        );
      }
    });
  }

  it('finds no plainly happy room where nobody laughs', () => {
    const samples = recordsOf('three-serious', 'sample').filter(isAnswered);
    const happy = samples.filter(({ emotion }) => emotion === 'happy');
    assert.ok(samples.length > 0);
    assert.ok(happy.length <= samples.length / 10, `${happy.length} of ${samples.length}`);
  });

  it('stores every record once, with rollups that add up', () => {
    assertExactlyOnce(found, rows.length);
    assert.equal(runs, site.cameras.length);
  });

  it('balances at each hop, with nothing dropped and nothing in flight at the end', () => {
    const gateway = health.hops['gateway']?.['records'] as HopSnapshot;
    assert.ok(balances(gateway));
    assert.deepEqual(
      { received: gateway.received, forwarded: gateway.forwarded, inFlight: gateway.inFlight },
      { received: rows.length, forwarded: rows.length, inFlight: 0 },
    );
    for (const { deviceId } of site.cameras) {
      for (const { frames } of recordsOf(deviceId, 'presence')) {
        assert.equal(frames.seen, frames.gated + frames.analysed + frames.dropped);
      }
    }
  });

  it('counts the time under the hand as time not analysed, at that camera alone', () => {
    const away = (deviceId: string) => {
      const presences = recordsOf(deviceId, 'presence');
      const from = Math.min(...presences.map(({ startedAt }) => startedAt));
      const to = Math.max(...presences.map(({ observedAt }) => observedAt));
      return to - from - presences.reduce((sum, { analysedMs }) => sum + analysedMs, 0);
    };
    const coveredMs = covered.toMs - covered.fromMs;
    const states = recordsOf('covered-for-a-while', 'presence').map(
      ({ cameraState }) => cameraState,
    );
    assert.ok(states.includes('covered') || states.includes('dark'), states.join());
    const missing = away('covered-for-a-while');
    assert.ok(missing > coveredMs - 5_000 && missing < coveredMs + 10_000, `${missing} ms`);
    for (const { deviceId } of site.cameras.filter(
      (one) => one.deviceId !== 'covered-for-a-while',
    )) {
      assert.ok(away(deviceId) < 6_000, `${deviceId} ${away(deviceId)} ms`);
    }
  });

  it('sends text alone, no picture, and less than the bytes of two frames for hundreds of them', () => {
    assert.ok(sent.length > 10_000);
    assertNoPicture('the wire', sent);
    const seen = rows.reduce(
      (sum, { record }) => sum + (record.kind === 'presence' ? record.frames.analysed : 0),
      0,
    );
    assert.ok(seen > 200, `${seen} frames`);
    assert.ok(sent.length < 2 * frameBytes * site.cameras.length, `${sent.length} bytes`);
    // MQTT's few bytes of framing around JSON.
    const binary = sent.filter((byte) => byte < 0x20 || byte > 0x7e).length;
    assert.ok(binary < sent.length / 100, `${binary} of ${sent.length} bytes are not text`);
  });

  it('writes no picture: not in a file, and not in any byte that a camera process wrote', () => {
    for (const file of filesBelow(folder.path)) assertNoPicture(file, readFileSync(file));
    assert.equal(written.size, site.cameras.length);
    // Everything that the process wrote anywhere, sockets and pipes included (the kernel's count).
    for (const [deviceId, bytes] of written) {
      assert.ok(bytes > 0 && bytes < 4 * frameBytes, `${deviceId} wrote ${bytes} bytes`);
    }
  });
});

function isAnswered({ emotion }: SampleRecord): boolean {
  return emotion !== 'uncertain';
}

async function readRows(directory: string): Promise<RecordRow[]> {
  const store = new SqliteObservationStore({ directory });
  await store.start();
  const rows: RecordRow[] = [];
  for await (const row of store.scanRecords()) rows.push(row);
  await store.stop();
  return rows;
}

/** `wchar` of /proc/PID/io: bytes that the process handed to write calls. */
function bytesWritten(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

const pictureMarks = [
  Buffer.from([0xff, 0xd8, 0xff]),
  Buffer.from('\x89PNG', 'latin1'),
  Buffer.from('WEBPVP8'),
  Buffer.from('GIF89a'),
];

function assertNoPicture(name: string, bytes: Buffer): void {
  for (const mark of pictureMarks)
    assert.equal(bytes.indexOf(mark), -1, `${name} holds ${mark.toString('hex')}`);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
