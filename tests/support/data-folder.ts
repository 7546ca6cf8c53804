import { join } from 'node:path';
import { SqliteEventLog } from '@emotion-fleet/event-log';
import { SqliteDeviceRegistry, SqliteObservationStore } from '@emotion-fleet/observation-store';
import { startAll } from '@emotion-fleet/service';
import { audit, type Audit } from './audit.ts';

/** Audits the files of an embedded fleet that has stopped. */
export async function auditDataFolder(directory: string): Promise<Audit> {
  const eventLog = new SqliteEventLog({ file: join(directory, 'event-log.sqlite') });
  const store = new SqliteObservationStore({ directory });
  const registry = new SqliteDeviceRegistry({ path: join(directory, 'registry.sqlite') });
  const parts = [eventLog, store, registry];
  await startAll(parts);
  try {
    return await audit({ eventLog, store, registry });
  } finally {
    for (const part of parts.toReversed()) await part.stop();
  }
}
