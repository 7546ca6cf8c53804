import { encodeLogged, maxBatchRecords } from '@emotion-fleet/contracts';
import { DeviceRecords } from '../harness/fleet-records.ts';

export const connections = 48;
const batchesPerDevice = 6;

export interface DeviceBatches {
  readonly deviceId: string;
  /** As they are published: batches of 200 records. */
  readonly payloads: readonly Buffer[];
  /** As they lie in the log, batch by batch. */
  readonly logged: readonly (readonly Buffer[])[];
}

/** The same for whoever asks, but for the ids of runs: all subjects send the same records. */
export function makeBatches(startsAt: number): DeviceBatches[] {
  return Array.from({ length: connections }, (_, seed) => {
    const deviceId = `camera-${String(seed).padStart(3, '0')}`;
    const records = new DeviceRecords({ deviceId, seed, startsAt });
    const batches = Array.from({ length: batchesPerDevice }, () =>
      Array.from({ length: maxBatchRecords }, () => records.next()),
    );
    return {
      deviceId,
      payloads: batches.map((batch) => Buffer.from(JSON.stringify({ schema: 1, records: batch }))),
      logged: batches.map((batch) =>
        batch.map((record) =>
          Buffer.from(encodeLogged({ deviceId, receivedAt: startsAt + 3_600_000, record })),
        ),
      ),
    };
  });
}
