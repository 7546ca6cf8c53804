import { readFile } from 'node:fs/promises';

const thermalZone = '/sys/class/thermal/thermal_zone0/temp';

/** Temperature of the processor in degrees Celsius; undefined where the kernel doesn't say. */
export async function readTemperatureC(file = thermalZone): Promise<number | undefined> {
  try {
    const milliDegrees = Number.parseInt(await readFile(file, 'utf8'), 10);
    return Number.isNaN(milliDegrees) ? undefined : milliDegrees / 1_000;
  } catch {
    return undefined;
  }
}
