import type { LogTopicName } from '@emotion-fleet/contracts';

type Grant = () => void;

/**
 * Who of a group reads a topic. Within one process the first member has all partitions and the others stand
 * by: when it leaves, the next takes over. So no entry is in two hands of one group.
 */
export class GroupClaims {
  readonly #queues = new Map<string, Grant[]>();

  /** Queues up; `grant` is called at once if nobody is ahead. Returns the way to leave. */
  join(groupId: string, topic: LogTopicName, grant: Grant): () => void {
    const claim = `${topic}/${groupId}`;
    const queue = this.#queues.get(claim) ?? [];
    this.#queues.set(claim, queue);
    queue.push(grant);
    if (queue.length === 1) grant();
    return () => this.#leave(claim, grant);
  }

  #leave(claim: string, grant: Grant): void {
    const queue = this.#queues.get(claim) ?? [];
    const place = queue.indexOf(grant);
    if (place < 0) return;
    queue.splice(place, 1);
    if (queue.length === 0) this.#queues.delete(claim);
    else if (place === 0) queue[0]!();
  }
}
