import { randomUUID } from 'node:crypto';
import type { TimeRange } from '@emotion-fleet/observation-store';

export const always: TimeRange = { from: 0, to: 4_000_000_000_000 };

/** An id of its own for each test, so that all share one store: making one may take seconds. */
export const newDevice = (): string => `cam-${randomUUID()}`;
