import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TrackEmotion } from '../../src/track/track-emotion.ts';

const happy = { happy: 0.9, sad: 0.02, neutral: 0.06, other: 0.02 };
const sad = { happy: 0.05, sad: 0.85, neutral: 0.05, other: 0.05 };
const torn = { happy: 0.4, sad: 0.1, neutral: 0.4, other: 0.1 };
const readable = { ageMs: 2_000, heightPx: 80 };

const thresholds = { happy: 0.6, sad: 0.5, neutral: 0.6, other: 0.6 };
const newEmotion = () => new TrackEmotion({ thresholds, maxVisitMs: 60_000 });

describe('TrackEmotion', () => {
  it('classifies at most each 500 ms, sooner for a clearly better crop, later for a much worse one', () => {
    const emotion = newEmotion();
    const isDue = (nowMs: number, quality: number) =>
      emotion.isDue({ nowMs, quality, ...readable });
    assert.equal(isDue(0, 10), true);
    emotion.note({ nowMs: 0, scores: happy, quality: 10 });
    assert.equal(isDue(200, 10), false);
    assert.equal(isDue(500, 10), true);
    assert.equal(isDue(200, 14), true);
    assert.equal(isDue(500, 4), false);
    assert.equal(isDue(1_500, 4), true);
  });

  it('classifies each 3.5 s while nothing has moved since, and at the usual pace once something has', () => {
    const emotion = newEmotion();
    const isDue = (nowMs: number, movedAtMs: number) =>
      emotion.isDue({ nowMs, movedAtMs, quality: 10, ...readable });
    emotion.note({ nowMs: 2_000, scores: happy, quality: 10 });
    // The picture had not settled yet.
    assert.equal(isDue(2_500, 1_000), true);
    assert.equal(isDue(4_000, 500), false);
    assert.equal(isDue(5_500, 500), true);
    assert.equal(emotion.read({ nowMs: 5_500, ...readable }).emotion, 'happy');
    assert.equal(isDue(2_500, 2_400), true);
    // Without a score there is nothing to stay with.
    const unread = newEmotion();
    unread.note({ nowMs: 2_000, scores: undefined, quality: 10 });
    assert.equal(unread.isDue({ nowMs: 2_500, movedAtMs: 0, quality: 10, ...readable }), true);
  });

  it('says nothing of faces below 40 px', () => {
    const emotion = newEmotion();
    emotion.note({ nowMs: 0, scores: happy, quality: 1 });
    const small = { nowMs: 100, ageMs: 2_000, heightPx: 39.9 };
    assert.equal(emotion.isDue({ ...small, nowMs: 5_000, quality: 1 }), false);
    assert.deepEqual(emotion.read(small), { emotion: 'uncertain', uncertainReason: 'too_small' });
    assert.equal(emotion.read({ ...small, heightPx: 40 }).emotion, 'happy');
  });

  it('smooths over time: one odd crop does not turn a mood, seconds of them do', () => {
    const emotion = newEmotion();
    for (let nowMs = 0; nowMs <= 2_000; nowMs += 500)
      emotion.note({ nowMs, scores: happy, quality: 1 });
    emotion.note({ nowMs: 2_200, scores: sad, quality: 1 });
    assert.equal(emotion.read({ nowMs: 2_200, ...readable }).emotion, 'happy');
    for (let nowMs = 2_500; nowMs <= 6_500; nowMs += 500)
      emotion.note({ nowMs, scores: sad, quality: 1 });
    assert.equal(emotion.read({ nowMs: 6_500, ...readable }).emotion, 'sad');
  });

  it('is uncertain below the threshold, and keeps the scores', () => {
    const emotion = newEmotion();
    emotion.note({ nowMs: 0, scores: torn, quality: 1 });
    assert.deepEqual(emotion.read({ nowMs: 0, ...readable }), {
      emotion: 'uncertain',
      uncertainReason: 'low_confidence',
      scores: torn,
    });
  });

  it('asks of each emotion what its own threshold says', () => {
    const readingOf = (scores: typeof torn) => {
      const emotion = newEmotion();
      emotion.note({ nowMs: 0, scores, quality: 1 });
      return emotion.read({ nowMs: 0, ...readable }).emotion;
    };
    const rest = { neutral: 0.2, other: 0.1 };
    assert.equal(readingOf({ happy: 0.15, sad: 0.55, ...rest }), 'sad');
    assert.equal(readingOf({ happy: 0.55, sad: 0.15, ...rest }), 'uncertain');
    assert.equal(readingOf({ happy: 0.22, sad: 0.48, ...rest }), 'uncertain');
  });

  it('says not classified before the first score, after old ones, and of someone who stays too long', () => {
    const emotion = newEmotion();
    const nothing = { emotion: 'uncertain', uncertainReason: 'not_classified' };
    assert.deepEqual(emotion.read({ nowMs: 0, ...readable }), nothing);
    emotion.note({ nowMs: 0, scores: undefined, quality: 1 });
    assert.deepEqual(emotion.read({ nowMs: 0, ...readable }), nothing);
    emotion.note({ nowMs: 500, scores: happy, quality: 1 });
    assert.deepEqual(emotion.read({ nowMs: 5_501, ...readable }), nothing);
    const long = { nowMs: 600, ageMs: 60_001, heightPx: 80 };
    assert.deepEqual(emotion.read(long), nothing);
    assert.equal(emotion.isDue({ ...long, nowMs: 9_000, quality: 1 }), false);
  });
});
