import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../support/wait.ts';
import { readWork, type Work } from './processor-work.ts';
import type { ServiceProcess } from './service-process.ts';

/** A processor that went on after others had taken its partitions. */
export interface Zombie {
  /** Records that it had in hand when it woke up. */
  readonly inHand: number;
  /** Of these, what it has then written into the store. */
  readonly writtenLate: number;
}

export interface ZombieOptions {
  readonly processor: ServiceProcess;
  /** How long to wait for a moment at which it has work; then it is stopped all the same. */
  readonly workLimitMs?: number;
  /** Resolves when others have its partitions. */
  readonly whileStopped: () => Promise<void>;
}

const settleLimitMs = 30_000;
/** Far below a session's timeout. */
const behindMs = 2_000;

/** Stops a processor in the middle of its work (SIGSTOP), and lets it go on as if nothing had been. */
export async function makeZombie(options: ZombieOptions): Promise<Zombie> {
  const { processor, whileStopped, workLimitMs = 20_000 } = options;
  await suspendAtWork(processor, workLimitMs);
  // Asked while it can't answer: the first thing that it does on waking, long before it is in the group again.
  const answer = readWork(processor).catch(() => undefined);
  try {
    await whileStopped();
  } finally {
    processor.resume();
  }
  const atWaking = await answer;
  if (atWaking === undefined) return { inHand: 0, writtenLate: 0 };
  return { inHand: atWaking.inFlight, writtenLate: await writtenSince(processor, atWaking) };
}

/** Right after it has taken a batch, so that most of it is still to be done; a long one, since it had fallen behind. */
async function suspendAtWork(processor: ServiceProcess, limitMs: number): Promise<void> {
  processor.suspend();
  await delay(behindMs);
  processor.resume();
  const deadline = performance.now() + limitMs;
  let before: Work | undefined;
  let isAtWork = false;
  while (!isAtWork && performance.now() < deadline) {
    const now = await readWork(processor).catch(() => undefined);
    isAtWork = before !== undefined && (now?.received ?? 0) > before.received && now!.inFlight > 0;
    before = now;
  }
  processor.suspend();
}

/** Of the records that were in hand at `start`, those that were not given back to the log. */
async function writtenSince(processor: ServiceProcess, start: Work): Promise<number> {
  const { endings } = processor;
  const settled = start.forwarded + start.returned + start.inFlight;
  const work = await waitFor(
    'a zombie has done what it had in hand',
    async () => {
      if (processor.endings !== endings) return start;
      const now = await readWork(processor);
      return now.forwarded + now.returned >= settled && now;
    },
    settleLimitMs,
  ).catch(() => start);
  if (work === start) return 0;
  return Math.max(0, start.inFlight - (work.returned - start.returned));
}
