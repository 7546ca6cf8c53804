import type { PublisherOutbox } from '@emotion-fleet/edge-agent/device';

/** Tells `onAck` what the broker has acked before the outbox hears of it; a batch is of one run. */
export function noteAcks(
  outbox: PublisherOutbox,
  onAck: (runId: string, seqs: readonly number[]) => void,
): PublisherOutbox {
  return {
    take: (limits) => outbox.take(limits),
    ack: (batch) => {
      const runId = /"runId":"([^"]+)"/.exec(batch.payload.toString('utf8', 0, 400))?.[1];
      if (runId === undefined) throw new Error('a batch names no run');
      onAck(
        runId,
        batch.items.map(({ seq }) => seq),
      );
      outbox.ack(batch);
    },
    rewind: () => outbox.rewind(),
    onReady: (listener) => outbox.onReady(listener),
    status: () => outbox.status(),
  };
}
