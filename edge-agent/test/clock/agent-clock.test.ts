import assert from 'node:assert/strict';
import test from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import fc from 'fast-check';
import { AgentClock } from '../../src/clock/agent-clock.ts';

const logger = silentLogger();
const year2026 = 1_790_000_000_000;

/** A machine whose wall clock somebody may set while its monotonic clock runs on. */
class Machine {
  monotonicMs = 0;
  wallMs: number;
  known = false;

  constructor(wallMs: number) {
    this.wallMs = wallMs;
  }

  pass(ms: number): void {
    this.monotonicMs += ms;
    this.wallMs += ms;
  }

  clock(options: { gatewayAfterMs?: number; onWrong?: () => void } = {}): AgentClock {
    return new AgentClock({
      systemTime: { nowEpochMs: () => this.wallMs, isKnown: () => Promise.resolve(this.known) },
      nowMs: () => this.monotonicMs,
      logger,
      ...options,
    });
  }
}

test('waits with the offset, and with doubts, while the machine stalls between two readings', async () => {
  const machine = new Machine(year2026);
  let stallMs = 8_000;
  let ended = 0;
  const clock = new AgentClock({
    systemTime: {
      nowEpochMs: () => {
        const { wallMs } = machine;
        machine.pass(stallMs);
        return wallMs;
      },
      isKnown: () => Promise.resolve(true),
    },
    nowMs: () => machine.monotonicMs,
    onWrong: () => (ended += 1),
    logger,
  });
  await clock.check();
  assert.equal(clock.offset, undefined);
  stallMs = 3;
  await clock.check();
  const error = clock.toEpochMs(machine.monotonicMs)! - machine.wallMs;
  assert.ok(Math.abs(error) <= 3, `${error}`);
  stallMs = 20_000;
  for (let second = 0; second < 5; second += 1) await clock.check();
  assert.equal(ended, 0);
});

test('fixes one offset and keeps the order of times, however the wall clock jumps', async () => {
  const step = fc.oneof(
    fc.record({ passMs: fc.double({ min: 0, max: 1e7, noNaN: true }) }),
    fc.record({ jumpMs: fc.integer({ min: -1e12, max: 1e12 }) }),
    fc.record({ known: fc.boolean() }),
    fc.constant({ check: true }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const machine = new Machine(0);
      const clock = machine.clock();
      const takenMs: number[] = [];
      let fixed: unknown;
      for (const one of steps) {
        if ('passMs' in one) machine.pass(one.passMs);
        if ('jumpMs' in one) machine.wallMs = Math.max(0, machine.wallMs + one.jumpMs);
        if ('known' in one) machine.known = one.known;
        if ('check' in one) await clock.check();
        takenMs.push(clock.nowMs());
        if (fixed !== undefined) assert.equal(clock.offset, fixed);
        fixed = clock.offset;
      }
      if (clock.offset === undefined) return;
      const epochs = takenMs.map((ms) => clock.toEpochMs(ms)!);
      assert.deepEqual(
        epochs,
        epochs.toSorted((a, b) => a - b),
      );
      assert.ok(epochs.every(Number.isInteger));
    }),
  );
});

test('waits for NTP after a boot in 1970', async () => {
  const machine = new Machine(0);
  const clock = machine.clock();
  machine.pass(5_000);
  await clock.check();
  assert.equal(clock.toEpochMs(clock.nowMs()), undefined);
  machine.wallMs = year2026;
  machine.known = true;
  await clock.check();
  assert.deepEqual(clock.offset, { offsetMs: year2026 - 5_000, clock: 'ntp' });
  assert.equal(clock.toEpochMs(4_000), year2026 - 1_000);
});

test('does not believe a trusted clock that stands before 2020', async () => {
  const machine = new Machine(86_400_000);
  machine.known = true;
  const clock = machine.clock();
  await clock.check();
  assert.equal(clock.offset, undefined);
});

test("takes the gateway's time only when NTP had its chance, halving the round trip", async () => {
  const machine = new Machine(0);
  const clock = machine.clock({ gatewayAfterMs: 10_000 });
  await clock.start();
  clock.offerGatewayTime({ gatewayTime: year2026, sentAtMs: 0, receivedAtMs: 0 });
  assert.equal(clock.offset, undefined);
  machine.pass(12_000);
  assert.equal(clock.wantsGatewayTime, true);
  clock.offerGatewayTime({ gatewayTime: year2026, sentAtMs: 1_000, receivedAtMs: 11_500 });
  assert.equal(clock.offset, undefined, 'a round trip of over 10 s says too little');
  clock.offerGatewayTime({ gatewayTime: year2026, sentAtMs: 11_000, receivedAtMs: 12_000 });
  assert.deepEqual(clock.offset, { offsetMs: year2026 - 11_500, clock: 'gateway' });
  machine.known = true;
  machine.wallMs = year2026 + 5_000;
  await clock.check();
  assert.equal(clock.toEpochMs(12_000), year2026 + 500, 'later news from NTP changes nothing');
  assert.equal(clock.wantsGatewayTime, false);
  await clock.stop();
});

test('tells those who wait, once', async () => {
  const machine = new Machine(year2026);
  machine.known = true;
  const clock = machine.clock();
  let calls = 0;
  clock.onFixed(() => (calls += 1));
  await clock.start();
  await clock.check();
  clock.onFixed(() => (calls += 10));
  assert.equal(calls, 11);
  await clock.stop();
});

/** Lets a machine run for a while, its clock looking each second. */
async function run(machine: Machine, clock: AgentClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    machine.pass(1_000);
    await clock.check();
  }
}

test('says once that its times are wrong, when the set system clock stays elsewhere', async () => {
  for (const jumpMs of [7_200_000, -7_200_000, 11_000]) {
    const machine = new Machine(year2026);
    machine.known = true;
    let wrong = 0;
    const clock = machine.clock({ onWrong: () => (wrong += 1) });
    await clock.check();
    await run(machine, clock, 60);
    assert.equal(wrong, 0);
    machine.wallMs += jumpMs;
    await run(machine, clock, 3);
    assert.equal(wrong, 0, 'somebody may take it back');
    await run(machine, clock, 60);
    assert.equal(wrong, 1);
  }
});

test("finds the gateway's time wrong, too, once somebody keeps the system clock", async () => {
  const machine = new Machine(0);
  let wrong = 0;
  const clock = machine.clock({ gatewayAfterMs: 0, onWrong: () => (wrong += 1) });
  clock.offerGatewayTime({ gatewayTime: year2026 - 60_000, sentAtMs: 0, receivedAtMs: 0 });
  assert.equal(clock.offset?.clock, 'gateway');
  await run(machine, clock, 60);
  assert.equal(wrong, 0, 'nobody knows better');
  machine.wallMs = year2026 + machine.monotonicMs;
  machine.known = true;
  await run(machine, clock, 10);
  assert.equal(wrong, 1);
});

test('stays with its times for a small step, a jump that is taken back, and a clock that nobody has set', async () => {
  const machine = new Machine(year2026);
  machine.known = true;
  let wrong = 0;
  const clock = machine.clock({ onWrong: () => (wrong += 1) });
  await clock.check();
  machine.wallMs += 9_000;
  await run(machine, clock, 60);
  machine.wallMs += 3_600_000;
  await run(machine, clock, 4);
  machine.wallMs -= 3_600_000;
  await run(machine, clock, 60);
  machine.known = false;
  machine.wallMs = 0;
  await run(machine, clock, 60);
  assert.equal(wrong, 0);
});
