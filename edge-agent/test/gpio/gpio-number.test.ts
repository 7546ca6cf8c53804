import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import { gpioNumber } from '../../src/gpio/gpio-number.ts';
import { withTemporaryFolder } from '../models/temporary-folder.ts';
import { piTrees, writeGpioTree, type ChipFiles } from './pi-trees.ts';

async function numberOn(chips: readonly ChipFiles[], pin: number): Promise<number> {
  let number = -1;
  await withTemporaryFolder(async (sysfsRoot) => {
    await writeGpioTree(sysfsRoot, chips);
    number = await gpioNumber({ pin, sysfsRoot });
  });
  return number;
}

describe('gpioNumber', () => {
  it('adds the base of the header chip of a Pi 3, 4 and 5, old and new kernels', async () => {
    assert.equal(await numberOn(piTrees['Pi 3, kernel 6.1'], 5), 5);
    assert.equal(await numberOn(piTrees['Pi 3, kernel 6.6'], 5), 517);
    assert.equal(await numberOn(piTrees['Pi 4, kernel 6.6'], 27), 539);
    assert.equal(await numberOn(piTrees['Pi 5, kernel 6.1'], 5), 404);
    assert.equal(await numberOn(piTrees['Pi 5, kernel 6.6'], 0), 571);
  });

  it('names the chips of a machine that is no Pi', async () => {
    const chips = [{ label: 'INT34C5:00', base: 512, ngpio: 300 }];
    await assert.rejects(numberOn(chips, 5), { code: 'gpio_unavailable', message: /INT34C5:00/ });
    await assert.rejects(numberOn([], 5), { code: 'gpio_unavailable', message: /found: none/ });
    const nowhere = gpioNumber({ pin: 5, sysfsRoot: '/not/there' });
    await assert.rejects(nowhere, { code: 'gpio_unavailable' });
  });

  it('refuses a pin that the chip does not have', async () => {
    const chips = [{ label: 'pinctrl-rp1', base: 571, ngpio: 5 }];
    await assert.rejects(numberOn(chips, 5), { message: 'pinctrl-rp1 has no GPIO 5.' });
  });

  it('passes over chips that cannot be read', async () => {
    await withTemporaryFolder(async (sysfsRoot) => {
      await writeGpioTree(sysfsRoot, piTrees['Pi 4, kernel 6.6']);
      const broken = path.join(sysfsRoot, 'class/gpio/gpiochip0');
      await mkdir(broken);
      await writeFile(path.join(broken, 'label'), 'pinctrl-rp1\n');
      assert.equal(await gpioNumber({ pin: 4, sysfsRoot }), 516);
    });
  });
});
