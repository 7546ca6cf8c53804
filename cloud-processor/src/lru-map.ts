/** When `trim` drops something. */
export interface LruBounds {
  readonly isTooMuch: (size: number) => boolean;
  /** What was last used longer ago goes, however much room there is; by the time that `advance` tells. */
  readonly idleMs: number;
}

/** A map that knows what was used last. It never drops by itself: `trim` is called between batches. */
export class LruMap<Key, Value> {
  readonly #entries = new Map<Key, { readonly value: Value; readonly usedAt: number }>();
  #now = -Infinity;

  get size(): number {
    return this.#entries.size;
  }

  /** What is used from here on is used at this time, or at the latest that was ever told. */
  advance(time: number): void {
    this.#now = Math.max(this.#now, time);
  }

  /** The value, which is now the last one used. */
  get(key: Key): Value | undefined {
    const value = this.#entries.get(key)?.value;
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, usedAt: this.#now });
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  sum(of: (value: Value) => number): number {
    let total = 0;
    for (const { value } of this.#entries.values()) total += of(value);
    return total;
  }

  /** Drops what was used longest ago while it is idle or there is too much; the last one used always stays. */
  trim({ isTooMuch, idleMs }: LruBounds, dropped?: (key: Key, value: Value) => void): void {
    for (const [key, { value, usedAt }] of this.#entries) {
      if (this.#entries.size <= 1) return;
      if (usedAt >= this.#now - idleMs && !isTooMuch(this.#entries.size)) return;
      this.#entries.delete(key);
      dropped?.(key, value);
    }
  }
}
