import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import type { ClockOffset } from '../../src/clock/clock-offset.ts';
import { FileOutbox } from '../../src/outbox/file-outbox.ts';
import { FolderFiles } from '../../src/outbox/folder-files.ts';
import type { FileOutboxOptions } from '../../src/outbox/outbox-options.ts';
import { Cloud } from './cloud.ts';
import { modelId, presenceDraft, sampleDraft } from './drafts.ts';
import { FaultyFiles } from './faulty-files.ts';

const dayMs = 24 * 3_600_000;
const limits = { maxRecords: 50, maxBytes: 20_000 };

/** One camera with a clock that the test turns, started as often as the test likes. */
class Camera {
  files = new FaultyFiles();
  readonly cloud = new Cloud();
  nowMs = 1_000;
  offset: ClockOffset | undefined;
  runId = '';
  #starts = 0;

  async start(options: Partial<FileOutboxOptions> & { dated?: boolean } = {}): Promise<FileOutbox> {
    this.#starts += 1;
    this.runId = `00000000-0000-4000-8000-${String(this.#starts).padStart(12, '0')}`;
    this.offset =
      options.dated === false ? undefined : { offsetMs: 1_790_000_000_000, clock: 'ntp' };
    const outbox = new FileOutbox({
      files: this.files,
      clock: this.#clock(),
      runId: this.runId,
      modelId,
      logger: silentLogger(),
      flushIntervalMs: 2 ** 30,
      segmentBytes: 2_000,
      maxTailBytes: 4_000,
      reserveBytes: 6_000,
      ...options,
    });
    await outbox.start();
    return outbox;
  }

  append(outbox: FileOutbox, count: number): void {
    for (let index = 0; index < count; index += 1) {
      outbox.append(sampleDraft((this.nowMs += 1_000), index));
    }
  }

  /** Sends and acks everything that waits, with a presence record to report it. */
  async drain(outbox: FileOutbox): Promise<void> {
    for (let round = 0; round < 2; round += 1) {
      outbox.append(presenceDraft((this.nowMs += 60_000)));
      await outbox.flush();
      for (;;) {
        const batch = await outbox.take(limits);
        if (batch === undefined) break;
        this.cloud.receive(batch.payload);
        outbox.ack(batch);
      }
    }
    assert.equal(outbox.status().records, 0);
  }

  assertExplained(runId = this.runId): void {
    assert.equal(this.cloud.unexplained(runId, this.cloud.heads.get(runId) ?? 0), 0);
  }

  #clock() {
    const nowMs = () => this.nowMs;
    const offset = () => this.offset;
    return {
      nowMs,
      get offset() {
        return offset();
      },
    };
  }
}

test('hands out nothing that is not durable, and nothing before the time is known', async () => {
  const camera = new Camera();
  const outbox = await camera.start({ dated: false });
  camera.append(outbox, 3);
  assert.equal(await outbox.take(limits), undefined);
  await outbox.flush();
  assert.equal(await outbox.take(limits), undefined);
  camera.offset = { offsetMs: 1_790_000_000_000, clock: 'gateway' };
  assert.equal(await outbox.take(limits), undefined, 'the offset is not on disk yet');
  await outbox.flush();
  const batch = await outbox.take(limits);
  assert.equal(batch?.items.length, 3);
  assert.equal(await outbox.take(limits), undefined);
  outbox.rewind();
  assert.deepEqual((await outbox.take(limits))?.payload, batch.payload);
});

test('gives up the oldest when it is full, with few gaps however long that lasts', async () => {
  const camera = new Camera();
  const outbox = await camera.start({ maxBytes: 20_000 });
  for (let round = 0; round < 300; round += 1) {
    camera.append(outbox, 5);
    await outbox.flush();
    let bytes = 0;
    for (const name of await camera.files.list()) {
      if (name.endsWith('.seg')) bytes += await camera.files.size(name);
    }
    assert.ok(bytes <= 20_000, `${bytes} bytes on disk`);
  }
  await camera.drain(outbox);
  camera.assertExplained();
  const gaps = camera.cloud.gaps();
  assert.ok(gaps.length > 0 && gaps.length < 15, `${gaps.length} gaps`);
  assert.ok(gaps.every(({ reason, fromAt, toAt }) => reason === 'outbox_full' && fromAt && toAt));
  const { created, acked, declared } = outbox.status();
  assert.equal(created, acked + declared);
});

test('gives up what is too old, in the running run and in an earlier one', async () => {
  const camera = new Camera();
  const first = await camera.start({ segmentSpanMs: 3_600_000, maxAgeMs: 7 * dayMs });
  camera.append(first, 10);
  await first.stop();
  const earlier = camera.runId;
  camera.nowMs += 4 * dayMs;
  const outbox = await camera.start({ segmentSpanMs: 3_600_000, maxAgeMs: 7 * dayMs });
  camera.append(outbox, 10);
  await outbox.flush();
  camera.nowMs += 4 * dayMs;
  await outbox.flush();
  assert.deepEqual(camera.cloud.gaps(), []);
  camera.nowMs += 4 * dayMs;
  camera.append(outbox, 10);
  await camera.drain(outbox);
  camera.assertExplained(earlier);
  camera.assertExplained();
  const given = camera.cloud.gaps().map((gap) => [gap.ofRunId, gap.reason]);
  assert.ok(given.some(([runId, reason]) => runId === earlier && reason === 'too_old'));
  assert.ok(given.some(([runId, reason]) => runId === camera.runId && reason === 'too_old'));
  assert.equal(camera.cloud.records.filter(({ kind }) => kind === 'sample').length, 10);
});

test('keeps every record of a short spell without disk space', async () => {
  const camera = new Camera();
  const outbox = await camera.start();
  camera.append(outbox, 3);
  await outbox.flush();
  camera.files.full = true;
  camera.append(outbox, 5);
  await outbox.flush();
  await outbox.flush();
  camera.files.full = false;
  await camera.drain(outbox);
  assert.deepEqual(camera.cloud.gaps(), []);
  assert.equal(camera.cloud.records.filter(({ kind }) => kind === 'sample').length, 8);
});

test('declares what memory could not hold while the disk was full', async () => {
  const camera = new Camera();
  const outbox = await camera.start();
  camera.append(outbox, 20);
  await outbox.flush();
  const [segment = ''] = (await camera.files.list()).filter((name) => name.endsWith('.seg'));
  camera.files.full = true;
  camera.append(outbox, 100);
  camera.files.damage(segment, 600);
  assert.ok(await outbox.take(limits));
  assert.ok(await outbox.take(limits), 'reads on behind the damage, which is declared');
  camera.append(outbox, 100);
  await outbox.flush();
  const { created, acked, declared, records } = outbox.status();
  assert.equal(created, acked + declared + records);
  camera.files.full = false;
  outbox.rewind();
  await camera.drain(outbox);
  camera.assertExplained();
  assert.deepEqual(
    new Set(camera.cloud.gaps().map(({ reason }) => reason)),
    new Set(['corrupt', 'outbox_full']),
  );
  for (const gap of camera.cloud.gaps()) assert.equal(camera.cloud.declaredInVain(gap), 0);
});

test('declares a damaged middle and goes on behind it after a restart', async () => {
  const camera = new Camera();
  const first = await camera.start({ segmentBytes: 100_000 });
  camera.append(first, 10);
  await first.stop();
  const earlier = camera.runId;
  const [segment = ''] = (await camera.files.list()).filter((name) => name.endsWith('.seg'));
  camera.files.damage(segment, 1_000);
  await camera.drain(await camera.start());
  camera.assertExplained(earlier);
  const [gap] = camera.cloud.gaps();
  assert.ok(gap);
  assert.equal(gap.reason, 'corrupt');
  assert.equal(gap.ofRunId, earlier);
  assert.equal(gap.toSeq, gap.fromSeq);
  assert.ok(gap.fromAt !== undefined && gap.toAt === gap.fromAt + 2_000, 'dated by its neighbours');
});

test('goes on behind a file that the disk does not give back while it runs, and declares it', async () => {
  const camera = new Camera();
  const outbox = await camera.start();
  for (let round = 0; round < 4; round += 1) {
    camera.append(outbox, 10);
    await outbox.flush();
  }
  const segments = (await camera.files.list()).filter((name) => name.endsWith('.seg')).toSorted();
  assert.ok(segments.length > 3);
  camera.files.unreadable.set(segments[1]!, 'EMFILE');
  assert.ok(await outbox.take(limits));
  await assert.rejects(outbox.take(limits), { code: 'EMFILE' }, 'may pass');
  outbox.rewind();
  camera.files.unreadable.set(segments[1]!, 'EIO');
  await camera.drain(outbox);
  camera.assertExplained();
  const gaps = camera.cloud.gaps();
  assert.deepEqual(
    gaps.map(({ reason }) => reason),
    ['corrupt'],
  );
  const lost = gaps[0]!.toSeq + 1 - gaps[0]!.fromSeq;
  assert.equal(camera.cloud.records.filter(({ kind }) => kind === 'sample').length, 40 - lost);
  await outbox.flush();
  assert.ok(!(await camera.files.list()).includes(segments[1]!));
});

for (const [what, spoil] of [
  ['can not be read', (files, name) => files.unreadable.set(name, 'EIO')],
  ['holds nothing but zeros', (files, name) => files.blank(name)],
] satisfies [string, (files: FaultyFiles, name: string) => void][]) {
  test(`declares a loss where a run's only file ${what}, though nobody knows how much`, async () => {
    const camera = new Camera();
    const first = await camera.start();
    camera.append(first, 3);
    await first.flush();
    // Killed: its state says no more than that the run has begun.
    const earlier = camera.runId;
    const [segment = ''] = (await camera.files.list()).filter((name) => name.endsWith('.seg'));
    spoil(camera.files, segment);
    await camera.drain(await camera.start());
    const declared = camera.cloud.gaps().map(({ ofRunId, reason }) => [ofRunId, reason]);
    assert.deepEqual(declared, [[earlier, 'corrupt']]);
    assert.ok((camera.cloud.heads.get(earlier) ?? 0) > 0);
    camera.assertExplained(earlier);
    assert.ok(!(await camera.files.list()).includes(segment));
  });
}

test('starts with one slot of its state that the disk does not give back', async () => {
  const camera = new Camera();
  const first = await camera.start();
  camera.append(first, 10);
  await first.stop();
  const earlier = camera.runId;
  for (const slot of ['state-0', 'state-1']) {
    camera.files.unreadable.set(slot, 'EIO');
    const outbox = await camera.start();
    camera.append(outbox, 3);
    await camera.drain(outbox);
    await outbox.stop();
    assert.equal(camera.cloud.unexplained(earlier, 10), 0);
    camera.assertExplained();
  }
});

test('declares a run that ended without the time, through further such runs', async () => {
  const camera = new Camera();
  const runs: string[] = [];
  for (let start = 0; start < 3; start += 1) {
    const outbox = await camera.start({ dated: false });
    camera.append(outbox, 10);
    await outbox.stop();
    runs.push(camera.runId);
  }
  await camera.drain(await camera.start());
  for (const runId of runs) {
    assert.ok((camera.cloud.heads.get(runId) ?? 0) >= 10);
    assert.ok(camera.cloud.completed.has(runId));
    camera.assertExplained(runId);
  }
  assert.ok(
    camera.cloud.gaps().every(({ reason, fromAt }) => reason === 'clock_unknown' && !fromAt),
  );
});

test('goes on declaring an earlier loss when the gap that said so is given up', async () => {
  const camera = new Camera();
  const undated = await camera.start({ dated: false });
  camera.append(undated, 10);
  await undated.stop();
  const earlier = camera.runId;
  const outbox = await camera.start({ maxBytes: 20_000 });
  for (let round = 0; round < 100; round += 1) {
    camera.append(outbox, 5);
    await outbox.flush();
  }
  await camera.drain(outbox);
  assert.ok(camera.cloud.completed.has(earlier));
  camera.assertExplained(earlier);
  camera.assertExplained();
});

test('names at most 64 runs and declares the oldest beyond', async () => {
  const camera = new Camera();
  for (let start = 0; start < 70; start += 1) {
    const outbox = await camera.start();
    camera.append(outbox, 2);
    await outbox.stop();
  }
  await camera.drain(await camera.start({ maxTailBytes: 20_000 }));
  const presence = camera.cloud.records.find((record) => record.kind === 'presence');
  assert.equal(presence?.runs.length, 64);
  assert.equal(new Set(camera.cloud.gaps().map(({ ofRunId }) => ofRunId)).size, 7);
  for (const runId of camera.cloud.gaps().map(({ ofRunId }) => ofRunId)) {
    assert.equal(camera.cloud.unexplained(runId, 2), 0);
  }
});

test('leaves no files of runs that are over', async () => {
  const camera = new Camera();
  for (let start = 0; start < 3; start += 1) {
    const outbox = await camera.start();
    camera.append(outbox, 30);
    await camera.drain(outbox);
    await outbox.stop();
  }
  const last = await camera.start();
  await camera.drain(last);
  const names = (await camera.files.list()).filter((name) => name.endsWith('.seg'));
  assert.ok(names.length <= 1, names.join());
});

test('declares all it finds when both slots of its state are lost', async () => {
  const camera = new Camera();
  const first = await camera.start();
  camera.append(first, 10);
  await first.stop();
  const earlier = camera.runId;
  await camera.files.remove('state-0');
  await camera.files.remove('state-1');
  await camera.drain(await camera.start());
  assert.equal(camera.cloud.unexplained(earlier, 10), 0);
  assert.equal(camera.cloud.gaps()[0]?.reason, 'corrupt');
});

test('takes records between start and stop only', async () => {
  const camera = new Camera();
  const outbox = await camera.start();
  await outbox.stop();
  assert.throws(() => camera.append(outbox, 1), { code: 'not_running' });
});

test('says in one sentence that its folder can not be made', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'outbox-'));
  context.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'file'), '');
  const camera = new Camera();
  const files = new FolderFiles({ folder: join(folder, 'file') });
  await assert.rejects(camera.start({ files }), { code: 'folder_unwritable' });
});

test('waits longer between two syncs where the card is to be spared', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const camera = new Camera();
  let flushStretch = 1;
  const outbox = await camera.start({
    ...{ flushIntervalMs: 200, segmentBytes: 20_000 },
    flushStretch: () => flushStretch,
  });
  /** Syncs of five group intervals in which something is always waiting. */
  const syncsOf = async () => {
    const before = camera.files.syncs;
    for (let interval = 0; interval < 5; interval += 1) {
      camera.append(outbox, 1);
      context.mock.timers.tick(200);
      // Behind whatever the timer has begun.
      await outbox.take(limits);
    }
    return camera.files.syncs - before;
  };
  assert.equal(await syncsOf(), 5);
  flushStretch = 5;
  assert.equal(await syncsOf(), 1);
  await outbox.stop();
});
