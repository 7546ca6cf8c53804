import { framesIn, type OutboxFiles } from '@emotion-fleet/edge-agent/device';
import { withMethods } from './with-methods.ts';

/** Tells `onSynced` below which seq the disk has all of a run, once it has said so and before the outbox hears of it. */
export function noteSynced(
  files: OutboxFiles,
  onSynced: (syncedBelow: number) => void,
): OutboxFiles {
  /** By file; what an earlier run wrote is in none. */
  const written = new Map<string, number>();
  return withMethods(files, {
    append: async (name, bytes) => {
      await files.append(name, bytes);
      const last = [...framesIn(Buffer.from(bytes))].at(-1)?.payload;
      if (last !== undefined && 'seq' in last) written.set(name, last.seq + 1);
    },
    sync: async (name) => {
      await files.sync(name);
      const syncedBelow = written.get(name);
      if (syncedBelow !== undefined) onSynced(syncedBelow);
    },
  });
}
