import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface ChipFiles {
  readonly label: string;
  readonly base: number;
  readonly ngpio: number;
}

/** Chips as sysfs shows them; the numbers are those of the kernels that are named. */
export const piTrees = {
  'Pi 3, kernel 6.1': [
    { label: 'pinctrl-bcm2835', base: 0, ngpio: 54 },
    { label: 'raspberrypi-exp-gpio', base: 504, ngpio: 8 },
    { label: 'brcmvirt-gpio', base: 502, ngpio: 2 },
  ],
  'Pi 3, kernel 6.6': [
    { label: 'raspberrypi-exp-gpio', base: 568, ngpio: 8 },
    { label: 'pinctrl-bcm2835', base: 512, ngpio: 54 },
  ],
  'Pi 4, kernel 6.6': [
    { label: 'pinctrl-bcm2711', base: 512, ngpio: 58 },
    { label: 'raspberrypi-exp-gpio', base: 570, ngpio: 8 },
  ],
  'Pi 5, kernel 6.1': [
    { label: 'gpio-brcmstb@107d508500', base: 512, ngpio: 32 },
    { label: 'gpio-brcmstb@107d517c00', base: 544, ngpio: 15 },
    { label: 'pinctrl-rp1', base: 399, ngpio: 54 },
  ],
  'Pi 5, kernel 6.6': [
    { label: 'gpio-brcmstb@107d508500', base: 512, ngpio: 32 },
    { label: 'pinctrl-rp1', base: 571, ngpio: 54 },
  ],
} as const satisfies Record<string, readonly ChipFiles[]>;

/** Writes `class/gpio/gpiochipN` folders below `root`, which then stands for `/sys`. */
export async function writeGpioTree(root: string, chips: readonly ChipFiles[]): Promise<void> {
  await mkdir(path.join(root, 'class/gpio'), { recursive: true });
  await writeFile(path.join(root, 'class/gpio/export'), '');
  for (const { label, base, ngpio } of chips) {
    const folder = path.join(root, `class/gpio/gpiochip${base}`);
    await mkdir(folder);
    await writeFile(path.join(folder, 'label'), `${label}\n`);
    await writeFile(path.join(folder, 'base'), `${base}\n`);
    await writeFile(path.join(folder, 'ngpio'), `${ngpio}\n`);
  }
}
