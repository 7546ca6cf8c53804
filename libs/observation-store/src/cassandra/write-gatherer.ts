import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Statement } from './statement.ts';
import { PartitionGroups, type PartitionWrite } from './partition-groups.ts';

/**
 * Rows that are put in one turn of the event loop, into whatever tables, are sent together by their partitions: a
 * device's hour and its grid, for example, are one write. Whoever put something in that turn waits for all of it, and
 * is told of any failure.
 */
export class WriteGatherer {
  readonly #send: (groups: readonly (readonly Statement[])[]) => Promise<void>;
  #open: { readonly groups: PartitionGroups; readonly done: Promise<void> } | undefined;

  constructor(send: (groups: readonly (readonly Statement[])[]) => Promise<void>) {
    this.#send = send;
  }

  async put(writes: readonly PartitionWrite[]): Promise<void> {
    if (writes.length === 0) return;
    const { groups, done } = (this.#open ??= this.#begin());
    for (const write of writes) groups.add(write);
    await done;
  }

  #begin(): { groups: PartitionGroups; done: Promise<void> } {
    const groups = new PartitionGroups();
    const done = nextTurn().then(() => {
      this.#open = undefined;
      return this.#send(groups.groups);
    });
    return { groups, done };
  }
}
