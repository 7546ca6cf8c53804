import assert from 'node:assert/strict';
import test from 'node:test';
import type { Picture } from '../../../evaluate/tracking/film.ts';
import { scoreTracker, type FaceTracker } from '../../../evaluate/tracking/tracking-score.ts';

const box = { x: 0, y: 0, width: 40, height: 50 };

/** Thirty pictures a second; each person is visible, and found, in the pictures from one to another. */
function film(people: readonly { from: number; to: number; id: number | undefined }[]): Picture[] {
  return Array.from({ length: 120 }, (_, tick) => {
    const there = people.filter(({ from, to }) => tick >= from && tick < to);
    return {
      nowMs: (tick * 1_000) / 30,
      visible: there.flatMap(({ id }) => id ?? []),
      findings: there.map(({ id }) => ({ detection: { box, score: 0.9 }, personId: id })),
    };
  });
}

/** Says for each detection the track that the script names at that time; all are confirmed. */
function scripted(trackAt: (nowMs: number, index: number) => string): FaceTracker {
  return {
    update: ({ nowMs, detections }) => ({
      seen: detections.map((_, index) => ({ trackId: trackAt(nowMs, index), isConfirmed: true })),
    }),
  };
}

const score = (tracker: FaceTracker, pictures: readonly Picture[]) =>
  scoreTracker({ tracker, film: pictures, framesPerSecond: 15 });
const nothing = { missed: 0, repeated: 0, unfounded: 0, switches: 0, fragmentations: 0 };

test('counts a person with one track as one visit', () => {
  const pictures = film([{ from: 0, to: 60, id: 1 }]);
  assert.deepEqual(
    score(
      scripted(() => 'a'),
      pictures,
    ),
    { trueVisits: 1, visits: 1, ...nothing },
  );
});

test('counts a track that breaks as a fragmentation and a repeated visit', () => {
  const pictures = film([{ from: 0, to: 60, id: 1 }]);
  const breaking = scripted((nowMs) => (nowMs < 1_000 ? 'a' : 'b'));
  assert.deepEqual(score(breaking, pictures), {
    ...{ trueVisits: 1, visits: 2 },
    ...{ ...nothing, repeated: 1, fragmentations: 1 },
  });
});

test('counts two tracks that change places as two switches', () => {
  const pictures = film([
    { from: 0, to: 90, id: 1 },
    { from: 0, to: 90, id: 2 },
  ]);
  const exchanging = scripted((nowMs, index) => 'ab'[nowMs < 1_000 ? index : 1 - index]!);
  const { switches, fragmentations, visits } = score(exchanging, pictures);
  assert.deepEqual([switches, fragmentations, visits], [2, 2, 2]);
});

test('counts a second person in the same track as missed', () => {
  const pictures = film([
    { from: 0, to: 60, id: 1 },
    { from: 60, to: 100, id: 2 },
  ]);
  assert.deepEqual(
    score(
      scripted(() => 'a'),
      pictures,
    ),
    {
      ...{ trueVisits: 2, visits: 1 },
      ...{ ...nothing, missed: 1, switches: 1 },
    },
  );
});

test('does not expect a visit of less than a second, and calls one of nobody unfounded', () => {
  const brief = film([{ from: 0, to: 29, id: 1 }]);
  assert.deepEqual(
    score(
      scripted(() => 'a'),
      brief,
    ),
    {
      ...{ trueVisits: 0, visits: 1 },
      ...{ ...nothing, unfounded: 1 },
    },
  );
  const nobody = film([{ from: 0, to: 60, id: undefined }]);
  assert.equal(
    score(
      scripted(() => 'a'),
      nobody,
    ).unfounded,
    1,
  );
});
