import { SqliteObservationStore } from '@emotion-fleet/observation-store';
import { anHour, recordRow } from './builders.ts';

/*
 * A process to be killed: writes batches of 20 records, several at a time, and says which seqs it was
 * promised. Arguments: folder, first seq.
 */
const [, , directory = '', firstSeq = '0'] = process.argv;
const batchRows = 20;
const store = new SqliteObservationStore({ directory });
await store.start();

async function writeFrom(seq: number): Promise<void> {
  const rows = Array.from({ length: batchRows }, (_, index) =>
    recordRow({ deviceId: 'cam-1', seq: seq + index, time: anHour + seq + index }),
  );
  await store.putRecords(rows);
  process.stdout.write(`${seq}\n`);
}

const lanes = 4;
for (let next = Number(firstSeq); ; next += lanes * batchRows) {
  await Promise.all(Array.from({ length: lanes }, (_, lane) => writeFrom(next + lane * batchRows)));
}
