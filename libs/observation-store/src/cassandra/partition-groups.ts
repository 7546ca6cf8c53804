import type { Statement } from './statement.ts';

/** A row to be written, and where. */
export interface PartitionWrite {
  /**
   * Columns and values of the partition key. Tables of a keyspace whose keys are alike share their partitions: their
   * rows are on the same nodes, and one write.
   */
  readonly partition: string;
  readonly statement: Statement;
  /** Roughly what the row takes. */
  readonly bytes: number;
}

/** `device_id=camera-1/month=...` */
export function partitionName(columns: readonly string[], values: readonly unknown[]): string {
  return columns.map((column, index) => `${column}=${String(values[index])}`).join('/');
}

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

  add({ partition, statement, bytes }: PartitionWrite): void {
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
