import type { DeviceRegistry } from '@emotion-fleet/observation-store';
import type { Clock } from '../clock.ts';
import { FleetMap } from './fleet-map.ts';
import { KeptAnswers } from './kept-answers.ts';

/** The registry as it is, read once for the requests of a page, which come together. */
export class FleetSource {
  readonly #registry: DeviceRegistry;
  readonly #kept: KeptAnswers<FleetMap>;

  constructor(options: {
    readonly registry: DeviceRegistry;
    readonly clock: Clock;
    readonly maxAgeMs: number;
  }) {
    const { registry, clock, maxAgeMs } = options;
    this.#registry = registry;
    this.#kept = new KeptAnswers({ clock, keptMs: maxAgeMs, maxKept: 1 });
  }

  async load(): Promise<FleetMap> {
    return this.#kept.get('fleet', () => FleetMap.load(this.#registry));
  }
}
