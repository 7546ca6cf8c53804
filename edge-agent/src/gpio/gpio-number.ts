import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { OperatorError } from '@emotion-fleet/service';

/**
 * Labels of the chip that drives the header: Pi 5, Pi 4, Pi 3 and older. A Pi has further chips (power,
 * camera, the SoC's own), whose lines aren't on the header.
 */
const headerChips = ['pinctrl-rp1', 'pinctrl-bcm2711', 'pinctrl-bcm2837', 'pinctrl-bcm2835'];

interface GpioChip {
  readonly label: string;
  readonly base: number;
  readonly lines: number;
}

/**
 * The number that sysfs, and so onoff, knows a header pin by. Since kernel 6.6 chips begin wherever
 * there is room (512 on a Pi 4, 399 or 571 on a Pi 5), so the base is looked up, never assumed.
 *
 * @param options.pin BCM number, 0 to 27
 * @param options.sysfsRoot `/sys`; a made-up tree in tests
 * @throws OperatorError `gpio_unavailable`
 */
export async function gpioNumber(options: { pin: number; sysfsRoot: string }): Promise<number> {
  const { pin, sysfsRoot } = options;
  const chips = await readChips(path.join(sysfsRoot, 'class/gpio'));
  const [chip] = headerChips.flatMap((label) => chips.filter((found) => found.label === label));
  if (chip === undefined) {
    const found = chips.map(({ label }) => label).join(', ');
    throw new OperatorError(
      'gpio_unavailable',
      `This machine has no GPIO header of a Raspberry Pi (chips found: ${found || 'none'}).`,
    );
  }
  if (pin >= chip.lines) {
    throw new OperatorError('gpio_unavailable', `${chip.label} has no GPIO ${pin}.`);
  }
  return chip.base + pin;
}

async function readChips(folder: string): Promise<GpioChip[]> {
  const names = await readdir(folder).catch(() => []);
  const chips = names
    .filter((name) => name.startsWith('gpiochip'))
    .map((name) => readChip(path.join(folder, name)));
  return (await Promise.all(chips)).filter((chip) => chip !== undefined);
}

/** Undefined where the folder isn't that of a usable chip. */
async function readChip(folder: string): Promise<GpioChip | undefined> {
  const read = async (name: string) => (await readFile(path.join(folder, name), 'utf8')).trim();
  try {
    const [label, base, lines] = await Promise.all([read('label'), read('base'), read('ngpio')]);
    if (!/^\d+$/.test(base) || !/^\d+$/.test(lines)) return undefined;
    return { label, base: Number(base), lines: Number(lines) };
  } catch {
    return undefined;
  }
}
