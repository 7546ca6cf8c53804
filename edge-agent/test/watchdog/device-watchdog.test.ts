import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, it, mock } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { DeviceWatchdog } from '../../src/watchdog/device-watchdog.ts';
import { describeWatchdog } from '../contracts/watchdog.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'watchdog-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

/** A plain file stands in for the device: it keeps every byte. */
async function device(): Promise<{ file: string; eaten: () => Promise<string> }> {
  files += 1;
  const file = path.join(folder, `watchdog-${files}`);
  await writeFile(file, '');
  return { file, eaten: () => readFile(file, 'latin1').catch(() => '') };
}

describeWatchdog('DeviceWatchdog', async () => {
  const { file, eaten } = await device();
  return {
    watchdog: new DeviceWatchdog({ path: file, logger: silentLogger() }),
    isArmed: async () => /\0$/.test(await eaten()),
    meals: async () => (await eaten()).split('\0').length - 1,
    takeAway: () => rm(file),
  };
});

it('writes a V last, which disarms, and never before', async () => {
  const { file, eaten } = await device();
  const watchdog = new DeviceWatchdog({ path: file, logger: silentLogger() });
  await watchdog.start();
  watchdog.feed();
  assert.equal(await eaten(), '\0\0');
  await watchdog.stop();
  assert.equal(await eaten(), '\0\0V');
});

it('says once what is wrong with the device, and makes no file in its place', async () => {
  const logger = silentLogger();
  const { mock: warnings } = mock.method(logger, 'warn');
  const missing = path.join(folder, 'not-there');
  const watchdog = new DeviceWatchdog({ path: missing, logger });
  assert.equal(await watchdog.start(), false);
  watchdog.feed();
  await watchdog.stop();
  assert.deepEqual(
    warnings.calls.map(({ arguments: [fields] }) => fields),
    [
      {
        code: 'ENOENT',
        detail: `No watchdog at ${missing}: there is no such device: load the kernel module (bcm2835_wdt on a Pi). The agent goes on without.`,
      },
    ],
  );
  await assert.rejects(readFile(missing));
});
