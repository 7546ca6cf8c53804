import type { Statement } from './connection.ts';

/*
 * Rows of one partition go in one unlogged batch: one write for the nodes that hold it, and 4 to 7 times the rows a
 * second of single writes. More rows than this bring little more and hold the partition's replicas up for longer.
 */
export const maxGroupRows = 100;
export const maxGroupBytes = 100 * 1_024;

/** Gathers statements by partition; a group that is full is followed by another one. */
export class PartitionGroups {
  readonly #open = new Map<string, { statements: Statement[]; bytes: number }>();
  readonly #groups: Statement[][] = [];

  /** @param bytes roughly what the row takes */
  add(partition: string, statement: Statement, bytes: number): void {
    let group = this.#open.get(partition);
    const isFull =
      group !== undefined &&
      (group.statements.length >= maxGroupRows || group.bytes + bytes > maxGroupBytes);
    if (group === undefined || isFull) {
      group = { statements: [], bytes: 0 };
      this.#open.set(partition, group);
      this.#groups.push(group.statements);
    }
    group.statements.push(statement);
    group.bytes += bytes;
  }

  get groups(): readonly (readonly Statement[])[] {
    return this.#groups;
  }
}
