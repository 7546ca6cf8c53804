import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { sleepCountingTime } from '../../src/clock/sleep-counting-time.ts';

/** A Linux machine: CLOCK_MONOTONIC, CLOCK_BOOTTIME and the wall clock. */
class Machine {
  awakeMs = 5_000;
  bootMs = 9_000;
  wallMs = 1_790_000_000_000;

  pass(ms: number): void {
    this.awakeMs += ms;
    this.bootMs += ms;
    this.wallMs += ms;
  }

  sleep(ms: number): void {
    this.bootMs += ms;
    this.wallMs += ms;
  }

  time(readUptimeMs?: () => number | undefined): () => number {
    return sleepCountingTime({
      nowMs: () => this.awakeMs,
      wallMs: () => this.wallMs,
      // Two digits of seconds, as in /proc/uptime.
      readUptimeMs: readUptimeMs ?? (() => Math.floor(this.bootMs / 10) * 10),
    });
  }
}

test('counts sleep, whatever else is done to the wall clock, and never falls', () => {
  const step = fc.oneof(
    fc.record({ pass: fc.integer({ min: 0, max: 1e7 }) }),
    fc.record({ sleep: fc.integer({ min: 1_000, max: 1e7 }) }),
    fc.record({ set: fc.integer({ min: -1e10, max: 1e10 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const machine = new Machine();
      const time = machine.time();
      let last = time();
      const startMs = machine.bootMs - last;
      for (const one of steps) {
        if ('pass' in one) machine.pass(one.pass);
        if ('sleep' in one) machine.sleep(one.sleep);
        // A clock that is set at the very moment of a sleep could hide it: it isn't, twice.
        if ('set' in one) machine.wallMs += one.set;
        const now = time();
        assert.ok(now >= last);
        assert.ok(Math.abs(machine.bootMs - startMs - now) <= 60, 'as CLOCK_BOOTTIME');
        last = now;
      }
    }),
  );
});

test('takes no stall of the machine between two readings for a sleep', () => {
  const stall = fc.record({
    beforeWallMs: fc.constantFrom(0, 0, 300, 2_000, 8_000, 60_000),
    beforeUptimeMs: fc.constantFrom(0, 0, 300, 2_000, 8_000, 60_000),
    sleepMs: fc.constantFrom(0, 0, 3_600_000),
  });
  fc.assert(
    fc.property(fc.array(stall, { maxLength: 20 }), (stalls) => {
      const machine = new Machine();
      let now = { beforeWallMs: 0, beforeUptimeMs: 0 };
      const time = sleepCountingTime({
        nowMs: () => machine.awakeMs,
        wallMs: () => {
          machine.pass(now.beforeWallMs);
          return machine.wallMs;
        },
        readUptimeMs: () => {
          machine.pass(now.beforeUptimeMs);
          return machine.bootMs;
        },
      });
      const startMs = machine.bootMs - time();
      for (const { sleepMs, ...stalled } of stalls) {
        machine.sleep(sleepMs);
        now = stalled;
        time();
        now = { beforeWallMs: 0, beforeUptimeMs: 0 };
        assert.ok(Math.abs(machine.bootMs - startMs - time()) <= 60, 'as CLOCK_BOOTTIME');
      }
    }),
  );
});

test('counts a sleep at once although the machine stalls as it wakes', () => {
  const machine = new Machine();
  let stalls = 0;
  const time = machine.time(() => {
    if (stalls > 0) machine.pass(3_000);
    stalls -= 1;
    return machine.bootMs;
  });
  const startMs = machine.bootMs - time();
  machine.sleep(3_600_000);
  stalls = 3;
  const now = time();
  assert.ok(Math.abs(machine.bootMs - startMs - now) <= 60);
});

test('reads the uptime only where the clocks part', () => {
  const machine = new Machine();
  let reads = 0;
  const time = machine.time(() => {
    reads += 1;
    return machine.bootMs;
  });
  for (let second = 0; second < 100; second += 1) {
    machine.pass(1_000);
    time();
  }
  assert.equal(reads, 1);
  machine.sleep(60_000);
  time();
  time();
  assert.equal(reads, 2);
});

test('is the plain monotonic time where no uptime is to be had', () => {
  const machine = new Machine();
  const time = machine.time(() => undefined);
  time();
  machine.sleep(60_000);
  assert.equal(time(), machine.awakeMs);
});

test("follows this machine's own clock", () => {
  const time = sleepCountingTime();
  const before = performance.now();
  const now = time();
  assert.ok(now >= before && now <= performance.now() + 60);
});
