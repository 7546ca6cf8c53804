import type { StatusMessage } from '@emotion-fleet/contracts';

type Statement = Pick<StatusMessage, 'state' | 'connectSeq'>;

/**
 * Whether a status may replace the one that stands. A birth on the live connection always may: nothing is
 * newer than the connection that is there, even where a new SD card made `connectSeq` start again. A will
 * speaks for its own connection alone: one of an older connection never ends a newer one.
 */
export function mayReplace(
  standing: Statement | undefined,
  next: Statement,
  live: boolean,
): boolean {
  if (standing === undefined || live) return true;
  return next.connectSeq >= standing.connectSeq;
}
