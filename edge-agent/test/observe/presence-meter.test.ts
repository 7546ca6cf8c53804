import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PresenceMeter } from '../../src/observe/presence-meter.ts';
import type { CameraState, RunClock } from '../../src/ports.ts';
import { MemorySink } from '../memory-sink.ts';

/** A whole minute of the wall clock. */
const wholeMinute = 1_790_000_040_000;
assert.equal(wholeMinute % 60_000, 0);

class FakeClock implements RunClock {
  atMs = 5_000;
  offsetMs: number | undefined;
  nowMs = () => this.atMs;
  toEpochMs = (monotonicMs: number) =>
    this.offsetMs === undefined ? undefined : this.offsetMs + monotonicMs;
}

function newMeter() {
  const clock = new FakeClock();
  const sink = new MemorySink();
  const meter = new PresenceMeter({ sink, clock, modelId: () => 'detector+classifier' });
  /** A camera that gives a frame each 200 ms. */
  const watch = (durationMs: number, isUsable = true) => {
    for (let passedMs = 0; passedMs < durationMs; passedMs += 200) {
      clock.atMs += 200;
      meter.look({ isUsable });
      meter.countFrame(isUsable ? 'analysed' : 'gated');
    }
  };
  return { clock, sink, meter, watch };
}

describe('PresenceMeter', () => {
  it('ends its intervals at whole minutes of the wall clock', () => {
    const { clock, sink, meter, watch } = newMeter();
    clock.offsetMs = wholeMinute - 5_000 - 40_000;
    meter.start();
    meter.setState('ok');
    watch(130_000);
    const times = sink.of('presence').map((draft) => {
      return [draft.startedAtMs, draft.observedAtMs].map(
        (atMs) => atMs + clock.offsetMs! - wholeMinute,
      );
    });
    assert.deepEqual(times, [
      [-40_000, 0],
      [0, 60_000],
    ]);
    assert.deepEqual(
      sink.of('presence').map(({ analysedMs }) => analysedMs),
      [39_800, 60_000],
    );
  });

  it('ends them 60 s after they began while the time is not known, and finds the minute once it is', () => {
    const { clock, sink, meter, watch } = newMeter();
    meter.start();
    meter.setState('ok');
    watch(80_000);
    // 20 s into the second interval we learn that the minute ended 10 s ago.
    clock.offsetMs = wholeMinute - (clock.atMs - 10_000);
    watch(60_000);
    const times = sink.of('presence').map((draft) => [draft.startedAtMs, draft.observedAtMs]);
    assert.deepEqual(times, [
      [5_000, 65_000],
      [65_000, 85_000],
      [85_000, 135_000],
    ]);
  });

  it('balances frames: seen = gated + analysed + dropped', () => {
    const { sink, meter, watch } = newMeter();
    meter.start();
    watch(2_000);
    watch(1_000, false);
    meter.countFrame('dropped');
    meter.stop();
    assert.deepEqual(sink.of('presence')[0]!.frames, {
      seen: 16,
      gated: 5,
      analysed: 10,
      dropped: 1,
    });
  });

  it('counts the time in which the picture was usable and watched, and nothing else', () => {
    const { clock, sink, meter, watch } = newMeter();
    meter.start();
    meter.setState('ok');
    watch(10_200);
    meter.setState('covered');
    watch(10_000, false);
    meter.setState('ok');
    watch(5_200);
    // Nothing comes for ten seconds: at most two of them count.
    clock.atMs += 10_000;
    watch(1_000);
    meter.stop();
    const [presence] = sink.of('presence');
    assert.equal(presence!.analysedMs, 10_000 + 5_000 + 2_000 + 800);
    assert.equal(presence!.cameraState, 'ok');
  });

  it('says the state that lasted longest, and goes on saying it while no frame comes', () => {
    const { clock, sink, meter, watch } = newMeter();
    meter.start();
    meter.setState('ok');
    watch(20_000);
    meter.setState('lost');
    for (let second = 0; second < 120; second += 1) {
      clock.atMs += 1_000;
      meter.tick();
    }
    const states = sink
      .of('presence')
      .map(({ cameraState, analysedMs }) => [cameraState, analysedMs]);
    assert.deepEqual(states, [
      ['lost', 19_800],
      ['lost', 0],
    ]);
  });

  it('says how long it looked less often than it was asked to, and why', () => {
    const { clock, sink, meter, watch } = newMeter();
    clock.offsetMs = wholeMinute - clock.atMs;
    meter.start();
    meter.setState('ok');
    watch(10_000);
    meter.setSlowdown('late');
    watch(20_000);
    meter.setSlowdown('hot');
    watch(40_000);
    meter.setSlowdown(undefined);
    watch(50_000);
    // A camera that sees nothing isn't slow.
    meter.setState('lost');
    meter.setSlowdown('late');
    watch(60_000, false);
    assert.deepEqual(
      sink.of('presence').map(({ slowed }) => slowed),
      [{ lateMs: 20_000, hotMs: 30_000 }, { lateMs: 0, hotMs: 10_000 }, undefined],
    );
  });

  it('says nothing of the time that the whole agent stood still', () => {
    const { clock, sink, meter, watch } = newMeter();
    clock.offsetMs = wholeMinute - 5_000;
    meter.start();
    meter.setState('ok');
    watch(30_000);
    clock.atMs += 10 * 60_000;
    watch(10_000);
    meter.stop();
    const records = sink.of('presence');
    assert.equal(records.length, 2);
    assert.equal(records[0]!.observedAtMs, 65_000);
    assert.ok(records[0]!.analysedMs <= 32_000);
    assert.ok(records[1]!.startedAtMs >= 10 * 60_000);
  });

  it('counts nothing for the first look after it stood still', () => {
    const { clock, sink, meter, watch } = newMeter();
    meter.start();
    meter.setState('ok');
    watch(30_000);
    clock.atMs += 10 * 60_000;
    meter.look({ isUsable: true });
    meter.setState('covered');
    clock.atMs += 10_000;
    meter.stop();
    assert.equal(sink.of('presence').at(-1)!.analysedMs, 0);
  });

  it('sorts faces into the bins of the contract', () => {
    const { clock, sink, meter } = newMeter();
    meter.start();
    for (const heightPx of [19.9, 20, 39, 100, 240, 5_000]) meter.countFace(heightPx);
    clock.atMs += 1;
    meter.stop();
    assert.deepEqual(sink.of('presence')[0]!.faceHeights, [1, 1, 1, 0, 0, 1, 0, 0, 2]);
  });

  it('makes acceptable records that follow on each other, whatever happens when', () => {
    const step = fc.record({
      waitMs: fc.double({ min: 0, max: 90_000, noNaN: true }),
      state: fc.constantFrom<CameraState>('ok', 'covered', 'dark', 'frozen', 'lost'),
      isUsable: fc.boolean(),
      learnsTime: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(59_999), (steps, intoMinuteMs) => {
        const { clock, sink, meter } = newMeter();
        const offsetMs = wholeMinute + intoMinuteMs + 0.37;
        meter.start();
        for (const { waitMs, state, isUsable, learnsTime } of steps) {
          if (learnsTime) clock.offsetMs = offsetMs;
          clock.atMs += waitMs;
          meter.setState(state);
          meter.look({ isUsable: isUsable && state === 'ok' });
          meter.countFrame(isUsable ? 'analysed' : 'dropped');
        }
        meter.stop();
        const drafts = sink.of('presence');
        for (const [index, draft] of drafts.entries()) {
          assert.ok(draft.startedAtMs >= (drafts[index - 1]?.observedAtMs ?? 0));
          const lengthMs = draft.observedAtMs - draft.startedAtMs;
          assert.ok(draft.analysedMs <= Math.ceil(lengthMs));
        }
        const seen = drafts.reduce((sum, { frames }) => sum + frames.seen, 0);
        assert.equal(seen, steps.length);
        sink.records(offsetMs);
      }),
      { numRuns: 200 },
    );
  });
});
