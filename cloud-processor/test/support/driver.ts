import { outboxMaxAgeMs } from '@emotion-fleet/contracts';
import type { ObservationStore } from '@emotion-fleet/observation-store';
import { MemoryObservationStore } from '@emotion-fleet/observation-store/testing';
import { defaultCacheLimits, RecordHandler, type CacheLimits } from '../../src/record-handler.ts';
import { SiteDirectory } from '../../src/scopes/site-directory.ts';
import type { Random } from './random.ts';
import { startAt } from './records.ts';
import { batchOf, type World } from './world.ts';

export const tinyCaches: CacheLimits = {
  idleMs: 0,
  hours: 1,
  minutes: 1,
  keys: 1,
  scopeHours: 1,
  scopeDays: 1,
  runs: 1,
  ledgerBlocks: 1,
};

export async function newStore(): Promise<MemoryObservationStore> {
  const store = new MemoryObservationStore({ now: () => startAt + 24 * 3_600_000 });
  await store.start();
  return store;
}

export function registryOf(world: World) {
  return { listAssignments: () => Promise.resolve([...world.assignments]) };
}

export function newHandler(
  store: ObservationStore,
  world: World,
  limits: CacheLimits = defaultCacheLimits,
): RecordHandler {
  const clock = { now: () => startAt };
  const sites = new SiteDirectory({ registry: registryOf(world), clock, maxAgeMs: 1_000 });
  return new RecordHandler({ store, sites, sealAfterMs: outboxMaxAgeMs, limits });
}

/** Applies the whole log the way a consumer does: each batch until it succeeds, cut anew at each attempt. */
export async function drive(options: {
  world: World;
  random: Random;
  handler: () => RecordHandler;
  maxBatch?: number;
  /** After a failed or finished batch; a consumer that dies before its commit goes back to `from`. */
  commits?: () => boolean;
}): Promise<void> {
  const { world, random, handler, maxBatch = 25, commits = () => true } = options;
  const next = new Map([...world.entries.keys()].map((partition) => [partition, 0]));
  const open = () =>
    [...next].filter(([partition, from]) => from < world.entries.get(partition)!.length);
  for (let left = open(); left.length > 0; left = open()) {
    const [partition, from] = random.pick(left);
    const to = from + 1 + random.below(maxBatch);
    const entries = world.entries.get(partition)!.slice(from, to);
    try {
      await handler().apply(batchOf(partition, entries));
    } catch {
      continue;
    }
    if (commits()) next.set(partition, from + entries.length);
  }
}
