/** A map that knows what was used last. It never drops by itself: `trim` is called between batches. */
export class LruMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();

  get size(): number {
    return this.#entries.size;
  }

  /** The value, which is now the last one used. */
  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: Key, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
  }

  delete(key: Key): void {
    this.#entries.delete(key);
  }

  sum(of: (value: Value) => number): number {
    let total = 0;
    for (const value of this.#entries.values()) total += of(value);
    return total;
  }

  /** Drops what was used longest ago while there is too much; the last one used always stays. */
  trim(isTooMuch: (size: number) => boolean, dropped: (key: Key, value: Value) => void): void {
    for (const [key, value] of this.#entries) {
      if (this.#entries.size <= 1 || !isTooMuch(this.#entries.size)) return;
      this.#entries.delete(key);
      dropped(key, value);
    }
  }
}
