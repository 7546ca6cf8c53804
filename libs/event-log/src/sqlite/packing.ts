import type { LogEntry, StoredLogEntry } from '../event-log.ts';

/**
 * Entries as plain arrays; all values lie one after another in one buffer of the message, which is handed
 * over between threads instead of being copied value by value.
 */
export interface PackedEntries {
  readonly keys: string[];
  /** Bytes of each value; -1 for null. */
  readonly lengths: number[];
  /** JSON, or null where there are none. */
  readonly headers: (string | null)[];
  /** Only in what is read. */
  readonly offsets?: number[];
}

/** Bytes that an entry counts for in limits and retention; the database computes the same. */
export function entrySize(key: string, valueLength: number, headers: string | null): number {
  return key.length + Math.max(0, valueLength) + (headers?.length ?? 0);
}

export function packEntries(entries: readonly LogEntry[]): PackedEntries {
  return {
    keys: entries.map((entry) => entry.key),
    lengths: entries.map((entry) => entry.value?.byteLength ?? -1),
    headers: entries.map(({ headers }) => (headers === undefined ? null : JSON.stringify(headers))),
  };
}

/** One buffer with all values in order. */
export function packValues(values: readonly (Uint8Array | null)[]): Uint8Array<ArrayBuffer> {
  const total = values.reduce((sum, value) => sum + (value?.byteLength ?? 0), 0);
  const packed = new Uint8Array(total);
  let position = 0;
  for (const value of values) {
    if (value === null) continue;
    packed.set(value, position);
    position += value.byteLength;
  }
  return packed;
}

/** Cuts values off the front of a buffer, one after another, without copying. */
export class ValueReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  next(length: number): Uint8Array | null {
    if (length < 0) return null;
    const value = this.#bytes.subarray(this.#position, this.#position + length);
    this.#position += length;
    return value;
  }
}

export function unpackEntries(packed: PackedEntries, bytes: Uint8Array): StoredLogEntry[] {
  const reader = new ValueReader(bytes);
  return packed.keys.map((key, index) => {
    const headers = packed.headers[index] ?? null;
    const entry = {
      key,
      value: reader.next(packed.lengths[index]!),
      offset: packed.offsets![index]!,
    };
    return headers === null
      ? entry
      : { ...entry, headers: JSON.parse(headers) as Record<string, string> };
  });
}
