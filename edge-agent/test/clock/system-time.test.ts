import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { isChronySynchronized, systemTime } from '../../src/clock/system-time.ts';

const synchronized =
  'C0A80001,192.168.0.1,3,1790000000.1,-0.0001,0.0001,0.0002,-3.2,0.001,0.05,0.02,0.001,64.3,Normal\n';
const unsynchronized = '7F7F0101,,0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n';

test('reads whether chrony has set the clock', () => {
  assert.equal(isChronySynchronized(synchronized), true);
  assert.equal(isChronySynchronized(unsynchronized), false);
  assert.equal(isChronySynchronized(''), false);
});

test('knows the time by timesyncd, by chrony, or by trust', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'time-'));
  context.after(() => rm(folder, { recursive: true }));
  const timesyncFile = join(folder, 'synchronized');
  const none = () => Promise.reject(new Error('no chrony'));
  const auto = systemTime({ mode: 'auto', timesyncFile, runChronyc: none });
  assert.equal(await auto.isKnown(), false);
  assert.equal(await systemTime({ mode: 'trust', timesyncFile, runChronyc: none }).isKnown(), true);
  const chrony = systemTime({ mode: 'auto', timesyncFile, runChronyc: async () => synchronized });
  assert.equal(await chrony.isKnown(), true);
  await writeFile(timesyncFile, '');
  assert.equal(await auto.isKnown(), true);
});
