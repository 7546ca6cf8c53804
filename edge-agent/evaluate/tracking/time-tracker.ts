import { Tracker } from '../../src/track/tracker.ts';
import { Random } from './random.ts';

const looks = 1_000;

/** How long one look takes the tracker, in µs: that many faces side by side, each moving a little, one in 20 missed. */
export function timeTracker({ faces }: { faces: number }): { faces: number; medianUs: number } {
  const random = new Random(1);
  let next = 0;
  const tracker = new Tracker({ newTrackId: () => String(next++) });
  const times: number[] = [];
  for (let look = 0; look < looks; look += 1) {
    const detections = Array.from({ length: faces }, (_, index) => ({
      box: {
        x: (index % 10) * 60 + random.between(-10, 10),
        y: Math.floor(index / 10) * 80 + random.between(-10, 10),
        width: 40,
        height: 50,
      },
      score: 0.9,
    })).filter(() => !random.chance(0.05));
    const startedAtMs = performance.now();
    tracker.update({ nowMs: look * 200, detections });
    times.push((performance.now() - startedAtMs) * 1_000);
  }
  return { faces, medianUs: times.toSorted((a, b) => a - b)[looks / 2]! };
}
