/** Sets of seqs, one for each run of each device. */
export class SeqBook {
  readonly #runs = new Map<string, Set<number>>();

  add(deviceId: string, runId: string, seq: number): void {
    const key = `${deviceId}/${runId}`;
    const seqs = this.#runs.get(key);
    if (seqs === undefined) this.#runs.set(key, new Set([seq]));
    else seqs.add(seq);
  }

  /** Of a run as `device/run`. */
  of(run: string): ReadonlySet<number> {
    return this.#runs.get(run) ?? new Set();
  }

  runs(): IterableIterator<string> {
    return this.#runs.keys();
  }

  get size(): number {
    let size = 0;
    for (const seqs of this.#runs.values()) size += seqs.size;
    return size;
  }
}
