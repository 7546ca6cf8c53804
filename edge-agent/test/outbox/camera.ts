import assert from 'node:assert/strict';
import { silentLogger } from '@emotion-fleet/service';
import type { ClockOffset } from '../../src/clock/clock-offset.ts';
import { FileOutbox } from '../../src/outbox/file-outbox.ts';
import type { FileOutboxOptions } from '../../src/outbox/outbox-options.ts';
import { Cloud } from './cloud.ts';
import { modelId, presenceDraft, sampleDraft } from './drafts.ts';
import { FaultyFiles } from './faulty-files.ts';

export const limits = { maxRecords: 50, maxBytes: 20_000 };

/** One camera with a clock that the test turns, started as often as the test likes. */
export class Camera {
  files = new FaultyFiles();
  readonly cloud = new Cloud();
  nowMs = 1_000;
  offset: ClockOffset | undefined;
  runId = '';
  #starts = 0;

  async start(options: Partial<FileOutboxOptions> & { dated?: boolean } = {}): Promise<FileOutbox> {
    this.#starts += 1;
    this.runId = `00000000-0000-4000-8000-${String(this.#starts).padStart(12, '0')}`;
    this.offset =
      options.dated === false ? undefined : { offsetMs: 1_790_000_000_000, clock: 'ntp' };
    const outbox = new FileOutbox({
      files: this.files,
      clock: this.#clock(),
      runId: this.runId,
      modelId,
      logger: silentLogger(),
      flushIntervalMs: 2 ** 30,
      segmentBytes: 2_000,
      maxTailBytes: 4_000,
      reserveBytes: 6_000,
      ...options,
    });
    await outbox.start();
    return outbox;
  }

  append(outbox: FileOutbox, count: number): void {
    for (let index = 0; index < count; index += 1) {
      outbox.append(sampleDraft((this.nowMs += 1_000), index));
    }
  }

  /** Sends and acks everything that waits, with a presence record to report it. */
  async drain(outbox: FileOutbox): Promise<void> {
    for (let round = 0; round < 2; round += 1) {
      outbox.append(presenceDraft((this.nowMs += 60_000)));
      await outbox.flush();
      for (;;) {
        const batch = await outbox.take(limits);
        if (batch === undefined) break;
        this.cloud.receive(batch.payload);
        outbox.ack(batch);
      }
    }
    assert.equal(outbox.status().records, 0);
  }

  assertExplained(runId = this.runId): void {
    assert.equal(this.cloud.unexplained(runId, this.cloud.heads.get(runId) ?? 0), 0);
  }

  #clock() {
    const nowMs = () => this.nowMs;
    const offset = () => this.offset;
    return {
      nowMs,
      get offset() {
        return offset();
      },
    };
  }
}
