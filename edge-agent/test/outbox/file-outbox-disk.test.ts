import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { FolderFiles } from '../../src/outbox/folder-files.ts';
import { Camera, limits } from './camera.ts';
import type { FaultyFiles } from './faulty-files.ts';

test('keeps the files of what it gave up until the gap that says so is on disk', async () => {
  const camera = new Camera();
  const undated = await camera.start({ dated: false });
  camera.append(undated, 5);
  await undated.stop();
  const segments = async () =>
    (await camera.files.list()).filter((name) => name.endsWith('.seg')).toSorted();
  const [ofEarlier = ''] = await segments();
  camera.files.full = true;
  const outbox = await camera.start({ maxBytes: 12_000 });
  assert.ok((await segments()).includes(ofEarlier), 'declared in memory alone');
  camera.files.full = false;
  await outbox.flush();
  assert.ok(!(await segments()).includes(ofEarlier));

  for (let round = 0; round < 4; round += 1) {
    camera.append(outbox, 5);
    await outbox.flush();
  }
  const before = await segments();
  const { declared } = outbox.status();
  const append = camera.files.append.bind(camera.files);
  camera.files.append = () => Promise.reject(new Error('the state alone finds room'));
  camera.append(outbox, 12);
  await outbox.flush();
  assert.ok(outbox.status().declared > declared, 'something is given up');
  assert.deepEqual(await segments(), before);
  camera.files.append = append;
  await outbox.flush();
  await outbox.flush();
  assert.ok(!(await segments()).includes(before[0]!));
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

test('wants nothing of the file of a run that is over, which a power cut has brought back', async () => {
  const camera = new Camera();
  const first = await camera.start();
  camera.append(first, 3);
  await first.flush();
  const [name = ''] = (await camera.files.list()).filter((one) => one.endsWith('.seg'));
  const bytes = await camera.files.read(name, 0, await camera.files.size(name));
  await first.stop();
  const second = await camera.start();
  // Sent, then reported as complete, then forgotten.
  for (let round = 0; round < 2; round += 1) await camera.drain(second);
  await second.stop();
  assert.ok(!(await camera.files.list()).includes(name));
  await camera.files.append(name, bytes);
  await camera.drain(await camera.start());
  assert.deepEqual([camera.cloud.gaps(), camera.cloud.duplicates], [[], 0]);
  assert.ok(!(await camera.files.list()).includes(name));
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

test('says in one sentence that its folder can not be made', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'outbox-'));
  context.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'file'), '');
  const camera = new Camera();
  const files = new FolderFiles({ folder: join(folder, 'file') });
  await assert.rejects(camera.start({ files }), { code: 'folder_unwritable' });
});
