import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { centreOf } from '../../src/track/geometry.ts';
import { MotionModel } from '../../src/track/motion-model.ts';

const size = 50;
const boxAt = (x: number) => ({ x, y: 100, width: size, height: size });

/** A face that moves at that speed in sizes a second and is found five times a second. */
function watched({ speed, looks }: { speed: number; looks: number }): MotionModel {
  const model = new MotionModel({ box: boxAt(0), nowMs: 0 });
  for (let look = 1; look < looks; look += 1) {
    model.observe({ box: boxAt(speed * size * look * 0.2), nowMs: look * 200 });
  }
  return model;
}

describe('MotionModel', () => {
  it('expects a walker where the walk leads, more surely after more looks', () => {
    const [two, ten] = [2, 10].map((looks) => watched({ speed: 8, looks }).predict(looks * 200));
    assert.ok(Math.abs(centreOf(ten!.box).x - size / 2 - 8 * size * 2) < 0.2 * size);
    assert.ok(ten!.variance < two!.variance);
  });

  it('expects a face just seen anywhere that a walker gets to', () => {
    const deviation = Math.sqrt(watched({ speed: 0, looks: 1 }).predict(200).variance);
    assert.ok(deviation > size && deviation < 2 * size);
  });

  it('tells who stands from who walks, and keeps expecting the one who stands near the place', () => {
    const [standing, walking] = [0, 8].map((speed) => watched({ speed, looks: 10 }));
    assert.equal(standing!.isStanding, true);
    assert.equal(walking!.isStanding, false);
    const later = 2_000 + 4_000;
    assert.ok(Math.sqrt(standing!.predict(later).variance) < 2 * size);
    assert.ok(walking!.predict(later).variance > standing!.predict(later).variance);
  });

  it('follows a face that grows', () => {
    const model = new MotionModel({ box: boxAt(0), nowMs: 0 });
    for (let look = 1; look <= 10; look += 1) {
      const width = size * 1.1 ** look;
      model.observe({ box: { x: 0, y: 0, width, height: width }, nowMs: look * 200 });
    }
    const { box } = model.predict(2_200);
    assert.ok(box.width > 0.9 * size * 1.1 ** 10);
  });
});
