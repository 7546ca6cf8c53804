import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  judgeDescriptors,
  judgeFrames,
  judgeMemory,
  judgeRecords,
  slopeOf,
  type SoakSample,
} from '../../soak/verdict.ts';
import { seededUnit } from '../../src/capture/seeded-random.ts';

/** Not judged: the kernel takes the pages of files whenever it likes. */
const rssBytes = 300e6;

/** Half an hour of samples each 5 s: memory that wanders by some MB, with a leak. */
function memory(options: { seed: number; leakPerHour: number }): SoakSample[] {
  const { seed, leakPerHour } = options;
  let wandering = 0;
  return Array.from({ length: 360 }, (_, index) => {
    wandering = 0.9 * wandering + 2 * (seededUnit({ seed, step: index }) - 0.5);
    const megabytes = 200 + wandering + (leakPerHour * index * 5) / 3_600;
    return { atMs: index * 5_000, anonymousBytes: megabytes * 1e6, rssBytes, descriptors: 30 };
  });
}

const seeds = Array.from({ length: 40 }, (_, seed) => seed);

describe('the verdict on memory', () => {
  it('catches a leak of 20 MB an hour under noise', () => {
    const caught = seeds.filter((seed) => !judgeMemory(memory({ seed, leakPerHour: 20 })).passed);
    assert.equal(caught.length, seeds.length);
  });

  it('takes noise for noise, but for the share that its interval allows', () => {
    const passed = seeds.filter((seed) => judgeMemory(memory({ seed, leakPerHour: 0 })).passed);
    assert.ok(passed.length >= 37, `${passed.length} of ${seeds.length}`);
  });

  it('calls zero what its noise allows, and says where it is not zero', () => {
    assert.match(
      judgeMemory(memory({ seed: 1, leakPerHour: 0 })).sentence,
      /^Zero within its noise/,
    );
    const settling = memory({ seed: 1, leakPerHour: 0 }).map((sample) => ({
      ...sample,
      anonymousBytes: 200e6 + (2e6 * sample.atMs) / 3_600_000,
    }));
    const { passed, sentence } = judgeMemory(settling);
    assert.ok(passed && sentence.startsWith('No more than the 2 MB of late'), sentence);
    assert.equal(judgeMemory(settling, { isInterpreted: true }).passed, false);
    const counting = settling.map((sample, index) => ({
      ...sample,
      anonymousBytes: 220e6 + Math.floor(index / 60) * 4_096,
    }));
    assert.equal(judgeMemory(counting, { isInterpreted: true }).passed, true);
  });

  it('sees a small leak in a long run only', () => {
    const small = memory({ seed: 1, leakPerHour: 3 });
    assert.ok(judgeMemory(small).passed);
    const long = small.map((sample) => ({ ...sample, atMs: sample.atMs * 20 }));
    const leaking = long.map((sample) => ({
      ...sample,
      anonymousBytes: 200e6 + (3e6 * sample.atMs) / 3_600_000,
    }));
    assert.ok(!judgeMemory(leaking).passed);
  });

  it('lets memory fall', () => {
    assert.ok(judgeMemory(memory({ seed: 1, leakPerHour: -50 })).passed);
  });

  it('gives the slope of a line, and none for too few samples', () => {
    const line = Array.from({ length: 40 }, (_, index) => ({ atMs: index * 36_000, value: index }));
    const slope = slopeOf(line);
    assert.ok(slope !== undefined && Math.abs(slope.perHour - 100) < 1e-6);
    assert.equal(slopeOf(line.slice(0, 19)), undefined);
    assert.ok(!judgeMemory([]).passed);
  });
});

describe('the verdict on descriptors', () => {
  const samples = (counts: number[]) =>
    counts.map((descriptors, index) => ({
      atMs: index * 5_000,
      anonymousBytes: 1,
      rssBytes,
      descriptors,
    }));

  it('bears a connection that comes and goes', () => {
    assert.ok(judgeDescriptors(samples([29, 29, 28, 30, 29, 29, 28, 29])).passed);
  });

  it('catches one more each while', () => {
    assert.ok(!judgeDescriptors(samples([29, 29, 30, 30, 31, 31, 32, 32])).passed);
    assert.ok(!judgeDescriptors([]).passed);
  });
});

it('the verdict on frames wants some, and none older than a second', () => {
  assert.ok(judgeFrames({ analysed: 10, oldestMs: 1_000 }).passed);
  assert.ok(!judgeFrames({ analysed: 10, oldestMs: 1_001 }).passed);
  assert.ok(!judgeFrames({ analysed: 0, oldestMs: 0 }).passed);
});

it('the verdict on records wants each of them', () => {
  const whole = new Set([0, 2, 1]);
  assert.ok(judgeRecords(new Map([['a', whole]])).passed);
  assert.ok(!judgeRecords(new Map([['a', new Set([0, 2])]])).passed);
  assert.ok(!judgeRecords(new Map()).passed);
});

it('the verdict on records judges each run by itself: an agent may begin a new one', () => {
  const whole = new Set([0, 1, 2]);
  const both = judgeRecords(
    new Map([
      ['a', whole],
      ['b', new Set([0, 1])],
    ]),
  );
  assert.deepEqual(both, { passed: true, sentence: '5 records of 2 runs came, 0 are missing.' });
  assert.ok(
    !judgeRecords(
      new Map([
        ['a', new Set([1, 2])],
        ['b', whole],
      ]),
    ).passed,
  );
});
