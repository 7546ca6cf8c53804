import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Box, Detection } from '../../src/ports.ts';
import { Tracker, type Track } from '../../src/track/tracker.ts';

function newTracker(): Tracker {
  let next = 0;
  return new Tracker({ newTrackId: () => `track${next++}` });
}

function face(box: Partial<Box> & { x: number }): Detection {
  return { box: { y: 100, width: 80, height: 100, ...box }, score: 0.9 };
}

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const boxes = fc.record({
  x: number(0, 600),
  y: number(0, 400),
  width: number(5, 300),
  height: number(5, 300),
});
const looks = fc.array(
  fc.record({
    waitMs: fc.integer({ min: 1, max: 3_000 }),
    boxes: fc.array(boxes, { maxLength: 8 }),
  }),
  { maxLength: 40 },
);

describe('Tracker', () => {
  it('gives each detection one track, no track two detections, no id twice, and times that never fall', () => {
    fc.assert(
      fc.property(looks, (sequence) => {
        const tracker = newTracker();
        const ended = new Set<string>();
        const lastSeen = new Map<string, number>();
        let nowMs = 0;
        for (const look of sequence) {
          nowMs += look.waitMs;
          const detections = look.boxes.map((box) => ({ box, score: 0.8 }));
          const update = tracker.update({ nowMs, detections });
          assert.equal(update.seen.length, detections.length);
          assert.equal(new Set(update.seen.map(({ trackId }) => trackId)).size, detections.length);
          update.seen.forEach((track, index) => {
            assert.equal(track.detection, detections[index]);
            assert.ok(!ended.has(track.trackId), 'what has ended does not come back');
            assert.ok(track.startedAtMs <= track.lastSeenAtMs && track.lastSeenAtMs === nowMs);
            assert.ok((lastSeen.get(track.trackId) ?? track.startedAtMs) <= nowMs);
            lastSeen.set(track.trackId, nowMs);
          });
          for (const track of update.ended) {
            assert.ok(!ended.has(track.trackId));
            assert.ok(track.lastSeenAtMs <= nowMs);
            ended.add(track.trackId);
          }
        }
        for (const track of tracker.endAll()) ended.add(track.trackId);
        assert.equal(tracker.liveCount, 0);
        assert.equal(ended.size, lastSeen.size, 'every track ends exactly once');
      }),
    );
  });

  it('keeps a walker one track, at any speed people walk and in spite of missed frames', () => {
    const walk = fc.record({
      fps: fc.integer({ min: 5, max: 15 }),
      // Face sizes a second: a brisk walker close to the camera makes 11.
      speed: number(-11, 11),
      size: fc.integer({ min: 25, max: 60 }),
      jitter: fc.array(number(-0.1, 0.1), { minLength: 10, maxLength: 10 }),
      missed: fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }),
    });
    fc.assert(
      fc.property(walk, ({ fps, speed, size, jitter, missed }) => {
        const tracker = newTracker();
        const ids = new Set<string>();
        let isLastMissed = true;
        for (let frame = 0; frame < 60; frame += 1) {
          const nowMs = (frame * 1_000) / fps;
          const wobble = jitter[frame % 10]! * size;
          const x = 1_000 + (speed * size * nowMs) / 1_000 + wobble;
          // Every second frame at most is missed, and none before the velocity is known.
          const isMissed: boolean = frame > 3 && missed[frame % 10]! && !isLastMissed;
          isLastMissed = isMissed;
          const box = { x, y: 100 + wobble, width: size, height: size * 1.2 };
          const detections = isMissed ? [] : [{ box, score: 0.9 }];
          const { seen } = tracker.update({ nowMs, detections });
          for (const { trackId } of seen) ids.add(trackId);
        }
        assert.equal(ids.size, 1);
      }),
    );
  });

  it('keeps neighbours apart when one of them is missed', () => {
    const tracker = newTracker();
    const [left, right] = tracker.update({
      nowMs: 0,
      detections: [face({ x: 100 }), face({ x: 200 })],
    }).seen;
    tracker.update({ nowMs: 200, detections: [face({ x: 102 }), face({ x: 202 })] });
    const [only] = tracker.update({ nowMs: 400, detections: [face({ x: 204 })] }).seen;
    assert.equal(only, right);
    const both = tracker.update({
      nowMs: 600,
      detections: [face({ x: 206 }), face({ x: 104 })],
    }).seen;
    assert.deepEqual(both, [right, left]);
  });

  it('lets two people cross without an exchange', () => {
    const tracker = newTracker();
    const ids: string[][] = [];
    for (let step = 0; step <= 20; step += 1) {
      const detections = [face({ x: 30 * step, y: 100 }), face({ x: 600 - 30 * step, y: 160 })];
      const { seen } = tracker.update({ nowMs: step * 200, detections });
      ids.push(seen.map(({ trackId }) => trackId));
    }
    assert.ok(ids.every((pair) => pair[0] === 'track0' && pair[1] === 'track1'));
  });

  it('confirms after three detections over at least a second', () => {
    const tracker = newTracker();
    const confirmedAt = (times: number[]) =>
      times.map(
        (nowMs) => tracker.update({ nowMs, detections: [face({ x: 50 })] }).seen[0]!.isConfirmed,
      );
    assert.deepEqual(confirmedAt([0, 200, 400, 999, 1_000]), [false, false, false, false, true]);
    tracker.endAll();
    assert.deepEqual(confirmedAt([2_000, 4_000, 6_000]), [false, false, true]);
  });

  it('does not confirm what was found in few of the looks, nor wait for it as for someone who stood', () => {
    const tracker = newTracker();
    const look = (nowMs: number, isThere: boolean) =>
      tracker.update({ nowMs, detections: isThere ? [face({ x: 50 })] : [] });
    for (let nowMs = 0; nowMs <= 2_000; nowMs += 100) {
      const [track] = look(nowMs, nowMs % 500 === 0).seen;
      assert.notEqual(track?.isConfirmed, true);
    }
    for (let nowMs = 2_100; nowMs <= 3_600; nowMs += 100) look(nowMs, false);
    assert.equal(tracker.liveCount, 0);
  });

  it('ends a track after the miss time, counted from the first look that missed it', () => {
    const tracker = newTracker();
    const look = (nowMs: number, isThere = false): readonly Track[] =>
      tracker.update({ nowMs, detections: isThere ? [face({ x: 50 })] : [] }).ended;
    look(0, true);
    // The scene was still and not looked at for 2 s: one miss is no reason to end.
    assert.equal(look(2_000).length, 0);
    assert.equal(look(3_499).length, 0);
    const [ended] = look(3_500);
    assert.equal(ended?.lastSeenAtMs, 0);
    assert.equal(tracker.liveCount, 0);
  });

  it('waits longer for someone who stood, and for nobody while nobody looked', () => {
    const tracker = newTracker();
    const look = (nowMs: number, isThere: boolean) =>
      tracker.update({ nowMs, detections: isThere ? [face({ x: 50 })] : [] });
    for (let nowMs = 0; nowMs <= 3_000; nowMs += 200) look(nowMs, true);
    for (let nowMs = 3_200; nowMs < 23_000; nowMs += 200)
      assert.equal(look(nowMs, false).ended.length, 0);
    assert.equal(look(23_000, true).seen[0]?.trackId, 'track0');
    const slept = look(7_200_000, true);
    assert.equal(slept.ended[0]?.lastSeenAtMs, 23_000);
    assert.equal(slept.seen[0]?.trackId, 'track1');
  });

  it('does not take a face of another size for the same one', () => {
    const tracker = newTracker();
    tracker.update({ nowMs: 0, detections: [face({ x: 50 })] });
    const near = { box: { x: 40, y: 80, width: 200, height: 240 }, score: 0.9 };
    assert.equal(tracker.update({ nowMs: 200, detections: [near] }).seen[0]?.trackId, 'track1');
  });
});
