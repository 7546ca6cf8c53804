import { readFileSync } from 'node:fs';

export interface SleepCountingTimeOptions {
  /** Monotonic ms that stand still while the machine sleeps, as CLOCK_MONOTONIC and `performance.now` do. */
  readonly nowMs?: () => number;
  readonly wallMs?: () => number;
  /** Ms since boot, sleep included (CLOCK_BOOTTIME); undefined where nobody says. */
  readonly readUptimeMs?: () => number | undefined;
}

/** The kernel puts a sleep on the wall clock, too: a smaller step of that is no sleep worth looking for. */
const noticeMs = 500;
/** `/proc/uptime` has two digits. */
const uptimeErrorMs = 20;
const mostAttempts = 5;

/**
 * Monotonic time that goes on while the machine sleeps: otherwise everything after a sleep of two hours would be dated
 * two hours too early. Looks at the uptime only when wall clock and monotonic clock part, which is what a sleep does at
 * once and what a set clock does, too; the uptime tells the two apart. A machine may stall for seconds between two
 * readings (memory, a slow card): those say nothing and are taken again, if need be by the next call.
 */
export function sleepCountingTime({
  nowMs = () => performance.now(),
  wallMs = Date.now,
  readUptimeMs = readUptime,
}: SleepCountingTimeOptions = {}): () => number {
  let leadMs: number | undefined;
  let awakeMs: number | undefined;
  let sleptMs = 0;
  const count = (awakeNowMs: number, uptimeMs: number | undefined) => {
    if (uptimeMs === undefined) return;
    awakeMs ??= uptimeMs - awakeNowMs;
    const newSleptMs = uptimeMs - awakeNowMs - awakeMs;
    if (newSleptMs > sleptMs + uptimeErrorMs) sleptMs = newSleptMs;
  };
  return () => {
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const awakeNowMs = nowMs();
      const newLeadMs = wallMs() - awakeNowMs;
      const isAsBefore = leadMs !== undefined && Math.abs(newLeadMs - leadMs) < noticeMs;
      if (isAsBefore) return awakeNowMs + sleptMs;
      const uptimeMs = readUptimeMs();
      if (nowMs() - awakeNowMs > uptimeErrorMs) continue;
      leadMs = newLeadMs;
      count(awakeNowMs, uptimeMs);
      return awakeNowMs + sleptMs;
    }
    return nowMs() + sleptMs;
  };
}

/** Linux alone has the file. */
function readUptime(): number | undefined {
  try {
    const seconds = Number.parseFloat(readFileSync('/proc/uptime', 'utf8'));
    return Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
