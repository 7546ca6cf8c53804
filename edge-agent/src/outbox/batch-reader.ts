import { schemaVersion } from '@emotion-fleet/contracts';
import { coverageOf } from './coverage.ts';
import { isDamage } from './damage.ts';
import { framesIn, maxFrameBytes, type StoredRecord } from './frame.ts';
import type { OutboxFiles } from './outbox-files.ts';
import type { Range } from './range-set.ts';
import { recordText } from './record-text.ts';
import type { Run, Segment } from './run.ts';
import type { BatchItem, RunBook } from './run-book.ts';

export interface BatchLimits {
  readonly maxRecords: number;
  /** Bytes of the payload; a single record may exceed it. */
  readonly maxBytes: number;
}

/** Records that are due to be sent, as the payload of one MQTT message. */
export interface OutboxBatch {
  readonly payload: Buffer;
  readonly items: readonly BatchItem[];
}

export interface BatchReaderOptions {
  readonly files: OutboxFiles;
  readonly book: RunBook;
  /** Waiting records turned out to be unreadable; declares them. */
  readonly onDamage: (run: Run, range: Range) => void;
}

interface Found {
  readonly records: readonly StoredRecord[];
  /** The first waiting seq that may be readable, where there are no records. */
  readonly resumeSeq: number;
}

const batchHead = `{"schema":${schemaVersion},"records":[`;
const batchTail = ']}';

/** Hands out synced records that wait, oldest run first, each once until `rewind`. */
export class BatchReader {
  readonly #options: BatchReaderOptions;
  #cursor = { ordinal: 0, seq: 0 };
  /** Where reading goes on in a segment, so that it isn't read from its start for each batch. */
  #place = { name: '', seq: 0, position: 0 };

  constructor(options: BatchReaderOptions) {
    this.#options = options;
  }

  /** Begins again with the oldest record that isn't settled. */
  rewind(): void {
    this.#cursor = { ordinal: 0, seq: 0 };
  }

  /** The next records of one run, or undefined while there are none. */
  async next(limits: BatchLimits): Promise<OutboxBatch | undefined> {
    for (const run of this.#options.book.runs) {
      if (run.ordinal < this.#cursor.ordinal || run.offset === undefined) continue;
      const start = run.ordinal === this.#cursor.ordinal ? this.#cursor.seq : 0;
      const records = await this.#nextOf(run, start, limits);
      const last = records.at(-1);
      if (last === undefined) continue;
      this.#cursor = { ordinal: run.ordinal, seq: last.seq + 1 };
      return batchOf(run, records);
    }
    return undefined;
  }

  async #nextOf(run: Run, start: number, limits: BatchLimits): Promise<readonly StoredRecord[]> {
    for (let seq = run.nextWaiting(start); seq < run.syncedSeq;) {
      const { records, resumeSeq } = await this.#find(run, seq, limits);
      if (records.length > 0) return records;
      this.#options.onDamage(run, { from: seq, end: resumeSeq });
      seq = run.nextWaiting(resumeSeq);
    }
    return [];
  }

  async #find(run: Run, seq: number, limits: BatchLimits): Promise<Found> {
    const segment = run.segments.find((candidate) => candidate.endSeq > seq);
    if (segment === undefined) return { records: [], resumeSeq: run.syncedSeq };
    if (segment.firstSeq > seq) return { records: [], resumeSeq: segment.firstSeq };
    return this.#readSegment({ run, segment, seq, limits });
  }

  async #readSegment(request: Request): Promise<Found> {
    const { segment, seq, limits } = request;
    const known = this.#place.name === segment.name && this.#place.seq <= seq;
    const chunkBytes = limits.maxBytes + maxFrameBytes;
    for (let position = known ? this.#place.position : 0; position < segment.bytes;) {
      const length = Math.min(chunkBytes, segment.bytes - position);
      const chunk = await this.#readChunk(segment.name, position, length);
      if (chunk === undefined) break;
      const found = this.#collect(request, chunk, position);
      if (found !== undefined) return found;
      if (position + length >= segment.bytes) break;
      // A frame may be cut by the end of the chunk, never by that of the overlap.
      position += Math.max(1, chunk.length - maxFrameBytes);
    }
    return { records: [], resumeSeq: segment.endSeq };
  }

  /** Undefined where the disk does not give it back: what the segment still holds is declared, and the rest goes on. */
  async #readChunk(name: string, position: number, length: number): Promise<Buffer | undefined> {
    try {
      return await this.#options.files.read(name, position, length);
    } catch (error) {
      if (isDamage(error)) return undefined;
      throw error;
    }
  }

  /** Waiting records of the chunk from `seq` on without a hole; undefined where the chunk has none. */
  #collect(
    { run, segment, seq, limits }: Request,
    chunk: Buffer,
    position: number,
  ): Found | undefined {
    const records: StoredRecord[] = [];
    let bytes = batchHead.length + batchTail.length;
    let expected = seq;
    for (const { payload, end } of framesIn(chunk)) {
      if ('runId' in payload || payload.seq < expected) continue;
      if (payload.seq > expected || payload.seq >= run.syncedSeq) {
        if (records.length === 0) return { records, resumeSeq: payload.seq };
        break;
      }
      bytes += Buffer.byteLength(textOf(run, payload)) + 1;
      if (records.length > 0 && bytes > limits.maxBytes) break;
      records.push(payload);
      expected = run.nextWaiting(payload.seq + 1);
      this.#place = { name: segment.name, seq: payload.seq + 1, position: position + end };
      if (records.length >= limits.maxRecords) break;
    }
    return records.length === 0 ? undefined : { records, resumeSeq: seq };
  }
}

interface Request {
  readonly run: Run;
  readonly segment: Segment;
  readonly seq: number;
  readonly limits: BatchLimits;
}

function textOf(run: Run, record: StoredRecord): string {
  return recordText(record, { runId: run.runId, offset: run.offset! });
}

function batchOf(run: Run, records: readonly StoredRecord[]): OutboxBatch {
  const texts = records.map((record) => textOf(run, record));
  return {
    payload: Buffer.from(`${batchHead}${texts.join(',')}${batchTail}`),
    items: records.map((record) => ({
      ordinal: run.ordinal,
      seq: record.seq,
      observedAtMs: record.observedAtMs,
      covers: record.kind === 'gap' ? coverageOf(record) : undefined,
    })),
  };
}
