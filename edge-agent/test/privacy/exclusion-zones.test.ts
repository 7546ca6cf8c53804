import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExclusionZone } from '@emotion-fleet/contracts';
import fc from 'fast-check';
import { ExclusionZones } from '../../src/privacy/exclusion-zones.ts';

const frame = { width: 640, height: 480 };

/** Whether a face whose centre is at this share of the frame is in one of the zones. */
function isExcluded(zones: ExclusionZone[], x: number, y: number): boolean {
  const box = { x: x * 640 - 20, y: y * 480 - 30, width: 40, height: 60 };
  return new ExclusionZones(zones).contains({ box, frame });
}

describe('ExclusionZones', () => {
  const till: ExclusionZone = { x: 0.5, y: 0.25, width: 0.25, height: 0.5 };

  it('exclude a face by its centre, not by its border', () => {
    assert.equal(isExcluded([till], 0.6, 0.5), true);
    assert.equal(isExcluded([till], 0.76, 0.5), false, 'the box reaches into the zone');
    assert.equal(isExcluded([till], 0.49, 0.5), false);
    assert.equal(isExcluded([till], 0.6, 0.8), false);
  });

  it('hold what lies on their border', () => {
    for (const [x, y] of [
      [0.5, 0.25],
      [0.75, 0.75],
      [0.75, 0.3],
      [0.6, 0.75],
    ] as const) {
      assert.equal(isExcluded([till], x, y), true, `${x}, ${y}`);
    }
  });

  it('may be polygons, hollow ones as well', () => {
    const angle: ExclusionZone = [
      [0, 0],
      [1, 0],
      [1, 0.2],
      [0.2, 0.2],
      [0.2, 1],
      [0, 1],
    ];
    assert.equal(isExcluded([angle], 0.9, 0.1), true);
    assert.equal(isExcluded([angle], 0.1, 0.9), true);
    assert.equal(isExcluded([angle], 0.5, 0.5), false);
  });

  it('exclude nothing where there are none, and the whole frame where one covers it', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, (x, y) => {
        assert.equal(isExcluded([], x, y), false);
        assert.equal(isExcluded([till, { x: 0, y: 0, width: 1, height: 1 }], x, y), true);
      }),
    );
  });

  it('mean the same as a box and as a polygon, at any size of the frame', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, share, share, share, share, (x, y, width, height, px, py) => {
        const corners: [number, number][] = [
          [x, y],
          [x + width, y],
          [x + width, y + height],
          [x, y + height],
        ];
        assert.equal(isExcluded([{ x, y, width, height }], px, py), isExcluded([corners], px, py));
      }),
    );
  });
});
