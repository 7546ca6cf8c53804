import { silentLogger } from '@emotion-fleet/service';
import type { ClockOffset } from '../../../src/clock/clock-offset.ts';
import { FileOutbox } from '../../../src/outbox/file-outbox.ts';
import type { FolderFiles } from '../../../src/outbox/folder-files.ts';
import { modelId } from '../drafts.ts';

export const outboxFolder = '/data/outbox';

/** A clock that the test turns. */
export interface TurnedClock {
  nowMs: number;
  offset: ClockOffset | undefined;
}

export interface OpenOutboxOptions {
  readonly files: FolderFiles;
  readonly clock: TurnedClock;
  readonly runId: string;
  readonly isSmall: boolean;
  readonly markIntervalMs: number;
}

/** An outbox with small segments that writes when it is told to, not yet started. */
export function openOutbox(options: OpenOutboxOptions): FileOutbox {
  const { files, clock, runId, isSmall, markIntervalMs } = options;
  return new FileOutbox({
    files,
    clock: {
      nowMs: () => clock.nowMs,
      get offset() {
        return clock.offset;
      },
    },
    runId,
    modelId,
    logger: silentLogger(),
    flushIntervalMs: 2 ** 30,
    maxBytes: isSmall ? 24_000 : 10_000_000,
    segmentBytes: 2_000,
    maxTailBytes: 8_000,
    reserveBytes: 8_000,
    markIntervalMs,
  });
}

/** Another one for each start, an hour apart. */
export function offsetOf(start: number): ClockOffset {
  return { offsetMs: 1_790_000_000_000 + start * 3_600_000, clock: 'ntp' };
}
