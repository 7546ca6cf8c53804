import { waitFor } from '../support/wait.ts';
import type { EdgeFleet } from './edge-fleet.ts';

const burstRecords = 200;
/** Made by each device with a small disk each time that disks fill up. */
export const recordsPerFullDisk = 2 * burstRecords;

/**
 * While no gateway takes anything: small outboxes overflow, then every second of their disks refuses to be written
 * until more has been made than memory holds.
 */
export async function fillDisks(edges: EdgeFleet): Promise<void> {
  const before = edges.status();
  await burst(edges);
  await waitFor('outboxes overflow', () => edges.status().declared > before.declared);
  edges.ask({ kind: 'disks', full: true });
  try {
    await burst(edges);
    await waitFor('a full disk refuses', () => edges.status().refused > before.refused);
  } finally {
    edges.ask({ kind: 'disks', full: false });
  }
}

async function burst(edges: EdgeFleet): Promise<void> {
  const wanted = edges.status().burst + burstRecords * edges.smallDisks;
  edges.ask({ kind: 'burst', records: burstRecords });
  await waitFor('the burst is over', () => edges.status().burst >= wanted);
}
