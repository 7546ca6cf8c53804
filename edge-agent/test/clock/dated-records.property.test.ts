/**
 * Whatever is done to a machine's clocks: each record's observedAt is close to the true time, or the record is declared
 * lost. Real clock, real outbox; the machine, its disk and the cloud are stand-ins.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import fc from 'fast-check';
import { AgentClock } from '../../src/clock/agent-clock.ts';
import { sleepCountingTime } from '../../src/clock/sleep-counting-time.ts';
import { FileOutbox } from '../../src/outbox/file-outbox.ts';
import { Cloud } from '../outbox/cloud.ts';
import { modelId, sampleDraft } from '../outbox/drafts.ts';
import { FaultyFiles } from '../outbox/faulty-files.ts';

const logger = silentLogger();
/** Half of the longest round trip to the gateway, and what rounding and `/proc/uptime` add. */
const boundMs = 5_000 + 1_000;
/** A run that was told a wrong time has ended by so many looks at the system clock after that was put right. */
const noticeLooks = 7;

interface AgentRun {
  readonly runId: string;
  /** Somebody had set the system clock wrong, and called it right, when the run took its time from it. */
  isMisled: boolean;
  count: number;
}

interface MadeRecord {
  readonly trueMs: number;
  readonly run: AgentRun;
  /** Looks at the system clock since it is right. */
  readonly rightLooks: number;
}

/** A Pi that makes a record each second: without a clock chip, with a network that comes and goes. */
class Pi {
  readonly cloud = new Cloud();
  readonly #files = new FaultyFiles();
  trueMs = 1_790_000_000_000;
  /** Looks at the system clock since it is right; undefined while it isn't. */
  #rightLooks: number | undefined;
  #wallMs = 0;
  #awakeMs = 0;
  #bootMs = 0;
  #isKnown = false;
  #isClockWrong = false;
  #clock!: AgentClock;
  #outbox!: FileOutbox;
  readonly runs: AgentRun[] = [];
  /** By their number, which their sampleIndex is. */
  readonly made: MadeRecord[] = [];

  async start(): Promise<void> {
    const runId = `00000000-0000-4000-8000-${String(this.runs.length).padStart(12, '0')}`;
    const run = { runId, isMisled: false, count: 0 };
    this.runs.push(run);
    this.#isClockWrong = false;
    this.#clock = new AgentClock({
      systemTime: {
        nowEpochMs: () => this.#wallMs,
        isKnown: () => Promise.resolve(this.#isKnown),
      },
      nowMs: sleepCountingTime({
        nowMs: () => this.#awakeMs,
        wallMs: () => this.#wallMs,
        readUptimeMs: () => Math.floor(this.#bootMs / 10) * 10,
      }),
      onWrong: () => (this.#isClockWrong = true),
      gatewayAfterMs: 3_000,
      logger,
    });
    this.#outbox = new FileOutbox({
      ...{ files: this.#files, clock: this.#clock, runId, modelId, logger },
      flushIntervalMs: 2 ** 30,
      segmentBytes: 3_000,
    });
    this.#clock.onFixed(({ clock }) => {
      run.isMisled = clock === 'ntp' && this.#rightLooks === undefined;
    });
    await this.#outbox.start();
    await this.#clock.check();
  }

  async stop(): Promise<void> {
    await this.#outbox.stop();
  }

  pass(ms: number): void {
    this.trueMs += ms;
    this.#wallMs += ms;
    this.#awakeMs += ms;
    this.#bootMs += ms;
  }

  sleep(ms: number): void {
    this.trueMs += ms;
    this.#wallMs += ms;
    this.#bootMs += ms;
  }

  async live(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.pass(1_000);
      this.#append();
      await this.#clock.check();
      if (this.#rightLooks !== undefined) this.#rightLooks += 1;
      if (!this.#isClockWrong) continue;
      await this.stop();
      await this.start();
    }
    await this.#outbox.flush();
  }

  /** Somebody sets the system clock and calls it right; `errorMs` beyond a second means that it isn't. */
  setClock(errorMs: number): void {
    this.#wallMs = this.trueMs + errorMs;
    this.#isKnown = true;
    const isRight = Math.abs(errorMs) <= 1_000;
    this.#rightLooks = isRight ? (this.#rightLooks ?? 0) : undefined;
  }

  /** An answer that took so long, its time read at that share of the way. */
  askGateway(roundTripMs: number, share: number): void {
    const sentAtMs = this.#clock.nowMs();
    const gatewayTime = Math.round(this.trueMs + roundTripMs * share);
    this.pass(roundTripMs);
    this.#clock.offerGatewayTime({ gatewayTime, sentAtMs, receivedAtMs: this.#clock.nowMs() });
  }

  async boot(): Promise<void> {
    await this.stop();
    this.pass(20_000);
    [this.#wallMs, this.#awakeMs, this.#bootMs] = [20_000, 10_000, 10_000];
    this.#isKnown = false;
    this.#rightLooks = undefined;
    await this.start();
  }

  async send(): Promise<void> {
    await this.#outbox.flush();
    for (;;) {
      const batch = await this.#outbox.take({ maxRecords: 50, maxBytes: 20_000 });
      if (batch === undefined) return;
      this.cloud.receive(batch.payload);
      this.#outbox.ack(batch);
    }
  }

  #append(): void {
    const run = this.runs.at(-1)!;
    run.count += 1;
    this.made.push({ trueMs: this.trueMs, run, rightLooks: this.#rightLooks ?? 0 });
    this.#outbox.append(sampleDraft(this.#clock.nowMs(), this.made.length - 1));
  }
}

const hourMs = 3_600_000;
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ live: fc.integer({ min: 1, max: 12 }) }) },
  fc.record({ sleep: fc.integer({ min: 1_000, max: 10 * hourMs }) }),
  { weight: 2, arbitrary: fc.record({ set: fc.integer({ min: -500, max: 500 }) }) },
  fc.record({ set: fc.integer({ min: 60_000, max: 8 * hourMs }) }),
  fc.record({ set: fc.integer({ min: -8 * hourMs, max: -60_000 }) }),
  fc.record({
    ask: fc.integer({ min: 0, max: 15_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.constant({ boot: true }),
  fc.constant({ send: true }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function liveThrough(steps: readonly Step[]): Promise<Pi> {
  const pi = new Pi();
  await pi.start();
  for (const one of steps) {
    if ('live' in one) await pi.live(one.live);
    if ('sleep' in one) pi.sleep(one.sleep);
    if ('set' in one) pi.setClock(one.set);
    if ('ask' in one) pi.askGateway(one.ask, one.share);
    if ('boot' in one) await pi.boot();
    if ('send' in one) await pi.send();
  }
  // In the end the time is known, and everything that can be sent is.
  await pi.boot();
  pi.setClock(0);
  await pi.live(2);
  await pi.send();
  return pi;
}

/** Each record is close to its true time or declared, and a run's records are in order. */
function assertDated({ cloud, made, runs }: Pi): void {
  const lastOf = new Map<string, number>();
  for (const record of cloud.records) {
    assert.ok(record.observedAt >= (lastOf.get(record.runId) ?? 0), 'in the order of their making');
    lastOf.set(record.runId, record.observedAt);
    if (record.kind !== 'sample') continue;
    const { trueMs, run, rightLooks } = made[record.sampleIndex]!;
    assert.equal(record.runId, run.runId);
    if (run.isMisled && rightLooks <= noticeLooks) continue;
    const errorMs = record.observedAt - trueMs;
    assert.ok(Math.abs(errorMs) <= boundMs, `record ${record.sampleIndex} is ${errorMs} ms off`);
  }
  for (const { runId, count } of runs) assert.equal(cloud.unexplained(runId, count), 0, runId);
  for (const gap of cloud.gaps()) {
    assert.equal(gap.reason, 'clock_unknown');
    assert.equal(cloud.declaredInVain(gap), 0);
  }
}

test('dates each record or declares it, whatever is done to the clocks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      assertDated(await liveThrough(steps));
    }),
    { numRuns: 150 },
  );
});

test('dates what was made before the time was known', async () => {
  const byNtp = await liveThrough([{ live: 10 }, { set: 0 }, { live: 3 }, { send: true }]);
  const byGateway = await liveThrough([{ live: 10 }, { ask: 4_000, share: 0.9 }, { live: 3 }]);
  for (const pi of [byNtp, byGateway]) {
    assertDated(pi);
    assert.equal(pi.cloud.gaps().length, 0);
    assert.equal(pi.runs.length, 2);
  }
});

test('dates what is made after a sleep, in the same run', async () => {
  const pi = await liveThrough([{ set: 0 }, { live: 5 }, { sleep: 2 * hourMs }, { live: 5 }]);
  assertDated(pi);
  assert.equal(pi.runs.length, 2, 'the second is the last boot');
});

test('begins a new run when the first answer of NTP was two hours off', async () => {
  for (const errorMs of [2 * hourMs, -2 * hourMs]) {
    const pi = await liveThrough([{ set: errorMs }, { live: 3 }, { set: 0 }, { live: 20 }]);
    assertDated(pi);
    assert.equal(pi.runs.length, 3);
    const right = pi.made.filter(({ run }) => run === pi.runs[1]);
    assert.ok(right.length >= 20 - noticeLooks, 'what is made from then on is right');
  }
});

test('declares a run that never learned the time, as a whole', async () => {
  const pi = await liveThrough([{ live: 12 }, { send: true }]);
  assertDated(pi);
  const { runId, count } = pi.runs[0]!;
  const [gap] = pi.cloud.gaps();
  assert.deepEqual([gap?.ofRunId, gap?.fromSeq, gap?.toSeq], [runId, 0, count - 1]);
});
