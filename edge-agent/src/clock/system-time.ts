import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The machine's wall clock, and whether somebody has set it. */
export interface SystemTime {
  nowEpochMs(): number;
  /** True once the wall clock is right: a Pi has no battery and boots in the past. */
  isKnown(): Promise<boolean>;
}

export interface SystemTimeOptions {
  /** `trust` takes the clock as it is (a laptop, a server); `auto` waits until NTP has set it. */
  readonly mode: 'auto' | 'trust';
  /** A file that systemd-timesyncd makes once it has set the clock. */
  readonly timesyncFile?: string;
  /** Prints the daemon's state; rejects where there is no such daemon. */
  readonly runChronyc?: () => Promise<string>;
  readonly nowEpochMs?: () => number;
}

const runFile = promisify(execFile);

/** Asks the time daemons of Raspberry Pi OS and balenaOS: systemd-timesyncd and chrony. */
export function systemTime({
  mode,
  timesyncFile = '/run/systemd/timesync/synchronized',
  runChronyc = async () =>
    (await runFile('chronyc', ['-c', 'tracking'], { timeout: 2_000 })).stdout,
  nowEpochMs = Date.now,
}: SystemTimeOptions): SystemTime {
  return {
    nowEpochMs,
    isKnown: async () =>
      mode === 'trust' ||
      (await exists(timesyncFile)) ||
      (await runChronyc().then(isChronySynchronized, () => false)),
  };
}

/** Reads `chronyc -c tracking`: the third field is the stratum, 0 while unsynchronized; the last the leap status. */
export function isChronySynchronized(tracking: string): boolean {
  const fields = tracking.trim().split(',');
  const stratum = Number(fields[2]);
  return Number.isInteger(stratum) && stratum > 0 && fields.at(-1) !== 'Not synchronised';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
