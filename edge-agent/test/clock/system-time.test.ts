import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import {
  isChronySynchronized,
  isKernelSynchronized,
  systemTime,
} from '../../src/clock/system-time.ts';

const synchronized =
  'C0A80001,192.168.0.1,3,1790000000.1,-0.0001,0.0001,0.0002,-3.2,0.001,0.05,0.02,0.001,64.3,Normal\n';
const unsynchronized = '7F7F0101,,0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised\n';

/** What busybox 1.35 prints on a machine whose clock nobody keeps. */
const unkept = `    mode:         0
-o  offset:       0 us
-f  freq.adjust:  0 (65536 = 1ppm)
    maxerror:     16000000
    esterror:     16000000
    status:       64 (UNSYNC)
-p  timeconstant: 2
    precision:    1 us
    tolerance:    32768000
-t  tick:         10000 us
    time.tv_sec:  1795939904
    time.tv_usec: 361397
    return value: 5 (clock not synchronized)
`;
const withError = (maxError: string, status = '8193 (PLL)') =>
  unkept.replace(/(maxerror: +)\d+/, `$1${maxError}`).replace('64 (UNSYNC)', status);
/** chrony without `rtcsync` leaves the flag to keep the kernel off the hardware clock, and gives the error all the same. */
const keptByChrony = withError('24876', '64 (UNSYNC)');

test('reads whether the kernel knows how wrong its clock may be', () => {
  assert.equal(isKernelSynchronized(unkept), false);
  assert.equal(isKernelSynchronized(withError('24876')), true);
  assert.equal(isKernelSynchronized(keptByChrony), true);
  assert.equal(isKernelSynchronized(withError('15999999')), true);
  const garbage = [
    '',
    'busybox: adjtimex: applet not found',
    'maxerror:',
    'maxerror: -5',
    'maxerror: 1e3',
  ];
  for (const text of [...garbage, 'maxerror: 12 x', withError('nothing')]) {
    assert.equal(isKernelSynchronized(text), false, text);
  }
});

/** Puts a program called busybox first on the PATH, or takes all programs off it. */
async function busyboxThat(context: TestContext, script?: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'busybox-'));
  const before = process.env['PATH'];
  context.after(async () => {
    process.env['PATH'] = before;
    await rm(folder, { recursive: true });
  });
  process.env['PATH'] = script === undefined ? folder : `${folder}:${before}`;
  if (script === undefined) return;
  await writeFile(join(folder, 'busybox'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'busybox'), 0o755);
}

const inContainer = { mode: 'auto', timesyncFile: '/not/there' } as const;

test('asks the kernel in a container, where no time daemon can be asked', async (context) => {
  await busyboxThat(context, `[ "$*" = adjtimex ] && cat <<'END'\n${keptByChrony}END`);
  assert.equal(await systemTime(inContainer).isKnown(), true);
});

test('does not know the time where the kernel has none, and nobody else can be asked', async (context) => {
  await busyboxThat(context, `cat <<'END'\n${unkept}END`);
  assert.equal(await systemTime(inContainer).isKnown(), false);
});

test('does not know the time where no program can say it', async (context) => {
  await busyboxThat(context);
  assert.equal(await systemTime(inContainer).isKnown(), false);
});

test('does not believe a program that fails', async (context) => {
  await busyboxThat(context, `cat <<'END'\n${keptByChrony}END\nexit 1`);
  assert.equal(await systemTime(inContainer).isKnown(), false);
});

test('reads whether chrony has set the clock', () => {
  assert.equal(isChronySynchronized(synchronized), true);
  assert.equal(isChronySynchronized(unsynchronized), false);
  assert.equal(isChronySynchronized(''), false);
});

test('knows the time by timesyncd, by chrony, or by trust', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'time-'));
  context.after(() => rm(folder, { recursive: true }));
  const timesyncFile = join(folder, 'synchronized');
  const none = () => Promise.reject(new Error('not there'));
  const nobody = { timesyncFile, runAdjtimex: none, runChronyc: none };
  const auto = systemTime({ mode: 'auto', ...nobody });
  assert.equal(await auto.isKnown(), false);
  assert.equal(await systemTime({ mode: 'trust', ...nobody }).isKnown(), true);
  const chrony = systemTime({ mode: 'auto', ...nobody, runChronyc: async () => synchronized });
  assert.equal(await chrony.isKnown(), true);
  await writeFile(timesyncFile, '');
  assert.equal(await auto.isKnown(), true);
});
