import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Observer } from '../../src/observe/observer.ts';
import type { EmotionScores } from '../../src/ports.ts';
import type { EmotionReading } from '../../src/track/track-emotion.ts';
import type { Track } from '../../src/track/tracker.ts';
import { MemorySink } from '../memory-sink.ts';

const frame = { width: 640, height: 480 };
const happyScores = { happy: 0.9, sad: 0.02, neutral: 0.06, other: 0.02 };
const happy: EmotionReading = { emotion: 'happy', scores: happyScores };
const small: EmotionReading = { emotion: 'uncertain', uncertainReason: 'too_small' };

class Scene {
  readonly sink = new MemorySink();
  readonly observer: Observer;
  readonly #startedAtMs: number;
  track: Track;
  sampleStretch = 1;

  constructor({ sampleIntervalMs = 1_000, startedAtMs = 0 } = {}) {
    this.#startedAtMs = startedAtMs;
    this.track = this.#trackAt(startedAtMs);
    const modelId = () => 'detector+classifier';
    this.observer = new Observer({
      ...{ sink: this.sink, modelId, sampleIntervalMs },
      sampleStretch: () => this.sampleStretch,
    });
  }

  see(nowMs: number, reading: EmotionReading = happy, heightPx = 80): void {
    this.track = this.#trackAt(nowMs, heightPx);
    this.observer.see({ nowMs, frame, sightings: [{ track: this.track, reading }] });
  }

  /** Looks each 200 ms. */
  seeUntil(fromMs: number, toMs: number, reading: EmotionReading = happy): void {
    for (let nowMs = fromMs; nowMs <= toMs; nowMs += 200) this.see(nowMs, reading);
  }

  #trackAt(nowMs: number, heightPx = 80): Track {
    const ageMs = nowMs - this.#startedAtMs;
    return {
      trackId: 'k3v9x2a1',
      startedAtMs: this.#startedAtMs,
      lastSeenAtMs: nowMs,
      detectionCount: 3,
      isConfirmed: ageMs >= 1_000,
      detection: { box: { x: 600, y: -5, width: 70, height: heightPx }, score: 0.93 },
    };
  }
}

describe('Observer', () => {
  it('samples a confirmed track at once and then each second; the durations add up to its time', () => {
    const scene = new Scene();
    scene.seeUntil(0, 5_000);
    const samples = scene.sink.of('sample');
    assert.deepEqual(
      samples.map(({ observedAtMs, durationMs, sampleIndex }) => [
        observedAtMs,
        durationMs,
        sampleIndex,
      ]),
      [1_000, 2_000, 3_000, 4_000, 5_000].map((atMs, index) => [atMs, 1_000, index]),
    );
  });

  it('samples less often while the card is spared: no face-time is lost, no visit differs', () => {
    const [scene, spared] = [new Scene(), new Scene()];
    for (const one of [scene, spared]) {
      one.seeUntil(0, 2_000);
      one.sampleStretch = one === spared ? 4 : 1;
      for (let nowMs = 2_200; nowMs <= 10_000; nowMs += 200) {
        one.see(nowMs, nowMs % 400 === 0 ? happy : small);
      }
      one.observer.end([one.track]);
    }
    const samples = spared.sink.of('sample');
    assert.deepEqual(
      samples.map(({ observedAtMs, durationMs }) => [observedAtMs, durationMs]),
      [1_000, 2_000, 6_000, 10_000].map((atMs, index) => [atMs, index < 2 ? 1_000 : 4_000]),
    );
    assert.equal(scene.sink.of('sample').length, 2 + 40);
    assert.deepEqual(spared.sink.of('visit'), scene.sink.of('visit'));
  });

  it('stretches what gives a sample of each analysed frame, too', () => {
    const scene = new Scene({ sampleIntervalMs: 0 });
    scene.sampleStretch = 5;
    scene.seeUntil(0, 4_000);
    assert.deepEqual(
      scene.sink.of('sample').map(({ observedAtMs }) => observedAtMs),
      [1_000, 2_000, 3_000, 4_000],
    );
  });

  it('samples at a change of emotion', () => {
    const scene = new Scene();
    scene.seeUntil(0, 1_000);
    scene.seeUntil(1_200, 2_400, small);
    const samples = scene.sink.of('sample');
    assert.deepEqual(
      samples.map(({ observedAtMs, emotion, durationMs }) => [observedAtMs, emotion, durationMs]),
      [
        [1_000, 'happy', 1_000],
        [1_200, 'uncertain', 200],
        [2_200, 'uncertain', 1_000],
      ],
    );
    assert.equal(samples[1]!.scores, undefined);
    assert.equal(samples[1]!.uncertainReason, 'too_small');
  });

  it('lets a sample stand for at most two intervals, the first one, too', () => {
    const scene = new Scene();
    scene.see(0);
    scene.see(7_000);
    scene.see(10_500);
    const durations = scene.sink.of('sample').map(({ durationMs }) => durationMs);
    assert.deepEqual(durations, [2_000, 2_000]);
  });

  it('samples each analysed frame where the interval is 0', () => {
    const scene = new Scene({ sampleIntervalMs: 0 });
    scene.seeUntil(0, 1_600);
    const durations = scene.sink.of('sample').map(({ durationMs }) => durationMs);
    assert.deepEqual(durations, [1_000, 200, 200, 200]);
  });

  it('clips faces to the frame and rounds pixels to one digit', () => {
    const scene = new Scene();
    scene.see(1_000);
    assert.deepEqual(scene.sink.of('sample')[0]!.face, { x: 600, y: 0, width: 40, height: 75 });
  });

  it('says at the end of a track how long it was readable, its mean scores and its largest height', () => {
    const scene = new Scene({ startedAtMs: 100 });
    const sadScores = { happy: 0, sad: 1, neutral: 0, other: 0 };
    scene.see(100, small, 30);
    scene.see(1_100, small, 30);
    scene.see(2_100, happy, 104.26);
    scene.see(3_100, { emotion: 'sad', scores: sadScores }, 90);
    scene.see(4_100, { emotion: 'sad', scores: sadScores }, 90);
    scene.observer.end([scene.track]);
    const [visit] = scene.sink.of('visit');
    assert.deepEqual(visit, {
      kind: 'visit',
      modelId: 'detector+classifier',
      trackId: 'k3v9x2a1',
      startedAtMs: 100,
      observedAtMs: 4_100,
      readableMs: 3_000,
      scores: { happy: 0.3, sad: 0.6733, neutral: 0.02, other: 0.0067 } satisfies EmotionScores,
      largestFaceHeightPx: 104.3,
    });
  });

  it('lets a look stand for at most two intervals in a visit, too', () => {
    const scene = new Scene();
    scene.see(0);
    scene.see(1_000);
    scene.see(20_000);
    scene.observer.end([scene.track]);
    assert.equal(scene.sink.of('visit')[0]!.readableMs, 3_000);
  });

  it('leaves nothing of a track that was never confirmed, and ends a track once', () => {
    const scene = new Scene();
    scene.see(0);
    scene.observer.end([scene.track]);
    assert.equal(scene.sink.drafts.length, 0);
    scene.see(2_000);
    scene.observer.end([scene.track, scene.track]);
    assert.equal(scene.sink.of('visit').length, 1);
  });
});
