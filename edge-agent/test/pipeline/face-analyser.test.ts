import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import fc from 'fast-check';
import { StageTimes } from '../../src/health/stage-times.ts';
import { Observer } from '../../src/observe/observer.ts';
import { FaceAnalyser } from '../../src/pipeline/face-analyser.ts';
import { ExclusionZones } from '../../src/privacy/exclusion-zones.ts';
import type { Detection, EmotionScores, Frame } from '../../src/ports.ts';
import { FakeClassifier, FakeDetector } from '../fakes.ts';
import { MemorySink } from '../memory-sink.ts';

const happy = { happy: 0.9, sad: 0.02, neutral: 0.06, other: 0.02 };

function newAnalyser() {
  const detector = new FakeDetector();
  const classifier = new FakeClassifier();
  let next = 0;
  const analyser = new FaceAnalyser({
    detector,
    classifier,
    emotion: { thresholds: classifier.thresholds, maxVisitMs: 20_000 },
    zones: new ExclusionZones([]),
    newTrackId: () => `track${next++}`,
    stageTimes: new StageTimes({ nowMs: () => 0 }),
    logger: silentLogger(),
  });
  return { analyser, detector, classifier };
}

function frameAt(capturedAtMs: number): Frame {
  return { width: 64, height: 48, data: new Uint8Array((64 * 48 * 3) / 2), capturedAtMs };
}

function face(height: number): Detection {
  return { box: { x: 0, y: 0, width: 40, height }, score: 0.9 };
}

describe('FaceAnalyser', () => {
  it('classifies a face from its second detection on, and then on a schedule', async () => {
    const { analyser, detector, classifier } = newAnalyser();
    detector.faces = [face(45)];
    classifier.scores = happy;
    const emotions: string[] = [];
    for (let nowMs = 0; nowMs <= 1_400; nowMs += 200) {
      const { sightings } = await analyser.analyse(frameAt(nowMs));
      emotions.push(sightings[0]!.reading.emotion);
    }
    assert.deepEqual(emotions, ['uncertain', ...new Array<string>(7).fill('happy')]);
    assert.equal(classifier.calls, 3);
  });

  it('makes no visit of what the detector invents once while nothing moves', async () => {
    const { analyser, detector } = newAnalyser();
    detector.faces = [face(45)];
    await analyser.analyse(frameAt(10_000), 0);
    detector.faces = [];
    const { sightings } = await analyser.analyse(frameAt(12_000), 0);
    assert.deepEqual(sightings, [], 'the detector looked again');
  });

  it('leaves a face unclassified where the classifier fails or gives no probabilities', async () => {
    const { analyser, detector, classifier } = newAnalyser();
    detector.faces = [face(45)];
    await analyser.analyse(frameAt(0));
    classifier.fails = true;
    const failed = await analyser.analyse(frameAt(600));
    assert.equal(failed.sightings[0]!.reading.uncertainReason, 'not_classified');
    classifier.fails = false;
    classifier.scores = { ...happy, happy: NaN };
    const broken = await analyser.analyse(frameAt(1_200));
    assert.equal(broken.sightings[0]!.reading.uncertainReason, 'not_classified');
  });

  it('drops boxes outside the frame and boxes that are no numbers', async () => {
    const { analyser, detector } = newAnalyser();
    const boxes = [
      { x: 100, y: 0, width: 20, height: 20 },
      { x: NaN, y: 0, width: 20, height: 20 },
      { x: -30, y: 10, width: 40, height: 20 },
    ];
    detector.faces = boxes.map((box) => ({ box, score: 0.9 }));
    const { detections } = await analyser.analyse(frameAt(0));
    assert.deepEqual(
      detections.map(({ box }) => box),
      [{ x: 0, y: 10, width: 10, height: 20 }],
    );
  });

  it('asks the detector at each third look where nothing moves, and at each again when something does', async () => {
    const { analyser, detector } = newAnalyser();
    detector.faces = [face(45)];
    const asked: number[] = [];
    const look = async (nowMs: number, movedAtMs: number) => {
      const before = detector.calls;
      const { sightings } = await analyser.analyse(frameAt(nowMs), movedAtMs);
      assert.equal(sightings.length, 1);
      if (detector.calls > before) asked.push(nowMs);
    };
    // Someone comes, settles, and stands.
    for (const nowMs of [0, 500, 1_000, 1_500]) await look(nowMs, 0);
    for (const nowMs of [3_500, 5_500, 7_500, 9_500]) await look(nowMs, 0);
    assert.deepEqual(asked, [0, 500, 1_000, 1_500, 7_500]);
    // What moves at 9.6 s is over for good at 11.1 s.
    for (const nowMs of [9_700, 10_700, 11_100, 13_100]) await look(nowMs, 9_600);
    assert.deepEqual(asked.slice(5), [9_700, 10_700, 11_100]);
  });

  it('asks the detector after the picture was none, and where nobody says what moves', async () => {
    const { analyser, detector } = newAnalyser();
    await analyser.analyse(frameAt(2_000), 0);
    await analyser.analyse(frameAt(2_200), 0);
    assert.equal(detector.calls, 1);
    analyser.seeNothing(2_400);
    await analyser.analyse(frameAt(2_600), 0);
    await analyser.analyse(frameAt(2_800));
    assert.equal(detector.calls, 3);
  });

  it('ends tracks when the picture shows nothing', async () => {
    const { analyser, detector } = newAnalyser();
    detector.faces = [face(45)];
    await analyser.analyse(frameAt(0));
    assert.equal(analyser.hasTracks, true);
    assert.equal(analyser.seeNothing(200).length, 0);
    assert.equal(analyser.seeNothing(1_700).length, 1);
    assert.equal(analyser.hasTracks, false);
  });

  it('makes records that the gateway accepts, whatever detector and classifier say', async () => {
    const coordinate = fc.double({ min: -100, max: 200, noNaN: false });
    const value = fc.double({ min: -0.1, max: 1.1, noNaN: false });
    const look = fc.record({
      waitMs: fc.double({ min: 1, max: 2_500, noNaN: true }),
      boxes: fc.array(
        fc.record({ x: coordinate, y: coordinate, width: coordinate, height: coordinate }),
        { maxLength: 4 },
      ),
      score: fc.double({ min: -1, max: 2, noNaN: true }),
      scores: fc.record({ happy: value, sad: value, neutral: value, other: value }),
      staysPut: fc.boolean(),
    });
    const looks = fc.array(look, { minLength: 10, maxLength: 40 });
    let recordCount = 0;
    await fc.assert(
      fc.asyncProperty(looks, fc.constantFrom(0, 1_000), async (sequence, sampleIntervalMs) => {
        const { analyser, detector, classifier } = newAnalyser();
        const sink = new MemorySink();
        const observer = new Observer({ sink, modelId: () => 'a+b', sampleIntervalMs });
        let nowMs = 0;
        for (const { waitMs, boxes, score, scores, staysPut } of sequence) {
          nowMs += waitMs;
          if (!staysPut) detector.faces = boxes.map((box) => ({ box, score }));
          else detector.faces = [...detector.faces.slice(1), face(46)];
          classifier.scores = scores satisfies EmotionScores;
          const frame = frameAt(nowMs);
          const { sightings, ended } = await analyser.analyse(frame);
          observer.see({ nowMs, frame, sightings });
          observer.end(ended);
        }
        observer.end(analyser.endAll());
        recordCount += sink.records().length;
        const visited = new Set(sink.of('visit').map(({ trackId }) => trackId));
        for (const { trackId } of sink.of('sample')) assert.ok(visited.has(trackId));
        assert.equal(visited.size, sink.of('visit').length, 'one visit a track');
      }),
    );
    assert.ok(recordCount > 100, 'the property looked at records');
  });
});
