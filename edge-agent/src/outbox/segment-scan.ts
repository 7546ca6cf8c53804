import { framesIn, type StoredRecord } from './frame.ts';
import type { OutboxFiles } from './outbox-files.ts';

/** What can be read of a segment file. */
export interface SegmentScan {
  readonly name: string;
  /** Undefined where the segment's head is damaged. */
  readonly runId: string | undefined;
  /** By growing seq. */
  readonly records: readonly StoredRecord[];
  /** Where the last intact frame ends. */
  readonly goodBytes: number;
  /** Something stands behind it that is no frame, or nobody can say: at least one more record was begun. */
  readonly isCut: boolean;
}

/**
 * Reads a whole segment: one at a time, since segments are small enough to be held in memory. A file that the disk
 * can't read is as good as an empty one: its records are declared, and the agent runs on.
 */
export async function scanSegment(files: OutboxFiles, name: string): Promise<SegmentScan> {
  const content = await readWhole(files, name).catch(() => undefined);
  const records: StoredRecord[] = [];
  let runId: string | undefined;
  let goodBytes = 0;
  for (const { payload, end } of framesIn(content ?? Buffer.alloc(0))) {
    if ('runId' in payload) runId ??= payload.runId;
    else if (payload.seq > (records.at(-1)?.seq ?? -1)) records.push(payload);
    goodBytes = end;
  }
  const isCut = content === undefined || goodBytes < content.length;
  return { name, runId, records, goodBytes, isCut };
}

async function readWhole(files: OutboxFiles, name: string): Promise<Buffer> {
  return files.read(name, 0, await files.size(name));
}
