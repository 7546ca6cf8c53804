/** What a consumer knows about one partition since it joined the group. */
export class PartitionPosition {
  /** Offset that must come next; undefined until it is known. */
  next: number | undefined;
  /** Not before this time (`performance.now()`) is it delivered again. */
  notBefore = 0;
  failures = 0;
  /** Batches in a row that did not begin where they had to. */
  strays = 0;

  /** Others may have worked meanwhile; a follower shares with nobody and keeps its place. */
  joinAgain({ keep }: { keep: boolean }): void {
    if (!keep) this.next = undefined;
    this.strays = 0;
  }

  advance(next: number): void {
    this.next = next;
    this.failures = 0;
    this.strays = 0;
  }
}
