import type { DeviceEntry, ObservationStore } from '@emotion-fleet/observation-store';
import { readSigns, type ReadSigns } from './device-signs.ts';
import { mapLimited } from './map-limited.ts';

export interface KeptSignsOptions {
  readonly store: ObservationStore;
  /** Devices that are read at each refresh, if there are so many. */
  readonly readAtOnce: number;
  /** What is older is read all the same: well below the 3 minutes after which a camera counts as late. */
  readonly maxAgeMs: number;
}

interface Kept {
  readonly signs: ReadSigns;
  /** Epoch ms. */
  readonly readAt: number;
}

/** What each device last said and stored. A refresh reads those that were read longest ago, not all of a large fleet. */
export class KeptSigns {
  readonly #options: KeptSignsOptions;
  #kept: ReadonlyMap<string, Kept> = new Map();

  constructor(options: KeptSignsOptions) {
    this.#options = options;
  }

  async refresh(
    devices: readonly DeviceEntry[],
    now: number,
  ): Promise<ReadonlyMap<string, ReadSigns>> {
    const { store } = this.#options;
    const before = this.#kept;
    const read = await mapLimited(this.#due(devices, now), async (deviceId) => {
      const signs = await readSigns({ store, deviceId, now });
      return [deviceId, { signs, readAt: now }] as const;
    });
    // Of a fleet as it was before a change, too, whose refresh another one has overtaken.
    const all = new Map([...before, ...this.#kept, ...read]);
    // Made of the devices that there are, so that those that are gone are forgotten.
    this.#kept = new Map(devices.map(({ deviceId }) => [deviceId, all.get(deviceId)!]));
    return new Map([...this.#kept].map(([deviceId, { signs }]) => [deviceId, signs]));
  }

  /** Those that aren't known come first, then the oldest. */
  #due(devices: readonly DeviceEntry[], now: number): string[] {
    const { readAtOnce, maxAgeMs } = this.#options;
    return devices
      .map(({ deviceId }) => ({ deviceId, readAt: this.#kept.get(deviceId)?.readAt ?? -Infinity }))
      .sort((a, b) => a.readAt - b.readAt)
      .filter(({ readAt }, index) => index < readAtOnce || now - readAt >= maxAgeMs)
      .map(({ deviceId }) => deviceId);
  }
}
