/** Whole numbers from `from` up to, but without, `end`. */
export interface Range {
  readonly from: number;
  readonly end: number;
}

/** A set of whole numbers as sorted, disjoint, non-adjacent ranges: small while what it holds is nearly contiguous. */
export class RangeSet {
  #ranges: Range[] = [];

  static of(ranges: Iterable<Range>): RangeSet {
    const set = new RangeSet();
    for (const range of ranges) set.add(range);
    return set;
  }

  add({ from, end }: Range): void {
    if (end <= from) return;
    const last = this.#ranges.at(-1);
    // Nearly every call extends the last range: acks and appends come in order.
    if (last !== undefined && last.end === from) {
      this.#ranges[this.#ranges.length - 1] = { from: last.from, end };
      return;
    }
    const before = this.#ranges.filter((range) => range.end < from);
    const after = this.#ranges.filter((range) => range.from > end);
    const touched = this.#ranges.slice(before.length, this.#ranges.length - after.length);
    const merged = {
      from: Math.min(from, ...touched.map((range) => range.from)),
      end: Math.max(end, ...touched.map((range) => range.end)),
    };
    this.#ranges = [...before, merged, ...after];
  }

  has(value: number): boolean {
    return this.#ranges.some((range) => range.from <= value && value < range.end);
  }

  /** The least number from `value` on that is not in the set. */
  firstMissing(value: number): number {
    const within = this.#ranges.find((range) => range.from <= value && value < range.end);
    return within === undefined ? value : within.end;
  }

  /** What of `range` is not in the set. */
  missingWithin({ from, end }: Range): Range[] {
    const missing: Range[] = [];
    let next = from;
    for (const range of this.#ranges) {
      if (range.end <= next) continue;
      if (range.from >= end) break;
      if (range.from > next) missing.push({ from: next, end: range.from });
      next = range.end;
    }
    if (next < end) missing.push({ from: next, end });
    return missing;
  }

  ranges(): readonly Range[] {
    return this.#ranges;
  }
}

/** How many numbers the ranges hold. */
export function countOf(ranges: Iterable<Range>): number {
  let count = 0;
  for (const { from, end } of ranges) count += end - from;
  return count;
}
