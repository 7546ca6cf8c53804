import assert from 'node:assert/strict';
import test from 'node:test';
import { Camera, limits } from './camera.ts';

const dayMs = 24 * 3_600_000;

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

test('hands out nothing by an offset that was fixed while an older state was being written', async () => {
  const camera = new Camera();
  const first = await camera.start();
  camera.append(first, 3);
  await first.stop();
  const outbox = await camera.start({ dated: false, markIntervalMs: 1_000 });
  camera.append(outbox, 2);
  await outbox.flush();
  const ofFirst = await outbox.take(limits);
  outbox.ack(ofFirst!);
  camera.nowMs += 1_000;
  const sync = camera.files.sync.bind(camera.files);
  camera.files.sync = async (name) => {
    if (name.startsWith('state')) camera.offset = { offsetMs: 1_790_000_000_000, clock: 'ntp' };
    return sync(name);
  };
  await outbox.flush();
  assert.ok(camera.offset !== undefined, 'the marks are written');
  assert.equal(await outbox.take(limits), undefined, 'the offset is not on disk yet');
  await outbox.flush();
  assert.equal((await outbox.take(limits))?.items.length, 2);
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

test('finds each record of a large segment, also where what is read at once cuts it', async () => {
  const camera = new Camera();
  const outbox = await camera.start({ segmentBytes: 2 ** 20, maxTailBytes: 2 ** 20 });
  camera.append(outbox, 450);
  await outbox.flush();
  // A chunk is that many bytes and the largest frame: about 300 of these records.
  const one = { maxRecords: 1, maxBytes: 20_000 };
  const most = await outbox.take({ maxRecords: 250, maxBytes: 1_000_000 });
  outbox.ack(most!);
  for (let seq = 250; seq < 450; seq += 1) {
    outbox.rewind();
    const batch = await outbox.take(one);
    assert.equal(batch?.items[0]?.seq, seq);
    // The next search begins at the segment's start.
    await outbox.take(one);
    outbox.ack(batch);
  }
  assert.equal(outbox.status().records, 0);
});

test('takes records between start and stop only', async () => {
  const camera = new Camera();
  const outbox = await camera.start();
  await outbox.stop();
  assert.throws(() => camera.append(outbox, 1), { code: 'not_running' });
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
