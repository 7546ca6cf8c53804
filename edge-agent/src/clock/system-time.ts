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
  /** Prints what the kernel knows of its clock; rejects where the program isn't there. */
  readonly runAdjtimex?: () => Promise<string>;
  /** Prints the daemon's state; rejects where there is no such daemon. */
  readonly runChronyc?: () => Promise<string>;
  readonly nowEpochMs?: () => number;
}

const runFile = promisify(execFile);
/** The kernel claims no less of a clock that nobody keeps, and says so again 9 hours after the last correction. */
const unknownErrorUs = 16_000_000;

async function outputOf(program: string, ...args: readonly string[]): Promise<string> {
  return (await runFile(program, args, { timeout: 2_000 })).stdout;
}

/**
 * Asks systemd-timesyncd (Raspberry Pi OS), the kernel, and chrony. The kernel alone can be asked in a container, where
 * the host's daemon (chrony on balenaOS) has neither its file nor its socket.
 */
export function systemTime({
  mode,
  timesyncFile = '/run/systemd/timesync/synchronized',
  // Without options it only reads, which takes no right.
  runAdjtimex = () => outputOf('busybox', 'adjtimex'),
  runChronyc = () => outputOf('chronyc', '-c', 'tracking'),
  nowEpochMs = Date.now,
}: SystemTimeOptions): SystemTime {
  return {
    nowEpochMs,
    isKnown: async () =>
      mode === 'trust' ||
      (await exists(timesyncFile)) ||
      (await runAdjtimex().then(isKernelSynchronized, () => false)) ||
      (await runChronyc().then(isChronySynchronized, () => false)),
  };
}

/**
 * Reads `busybox adjtimex` by the rule of systemd's timedatectl: the greatest possible error counts, not the flag UNSYNC,
 * which chrony leaves on to keep the kernel off the hardware clock (without `rtcsync`).
 */
export function isKernelSynchronized(adjtimex: string): boolean {
  const [, maxErrorUs] = /^ *maxerror: +(\d+)$/m.exec(adjtimex) ?? [];
  return maxErrorUs !== undefined && Number(maxErrorUs) < unknownErrorUs;
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
