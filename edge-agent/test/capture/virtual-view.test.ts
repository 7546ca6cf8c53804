import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { virtualView } from '../../src/capture/virtual-view.ts';

const photo = { width: 1_920, height: 1_367 };
const aspectRatio = 640 / 480;

describe('virtualView', () => {
  it('stays inside the photograph and keeps the shape of the picture', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(86_400_000), (seed, timeMs) => {
        const view = virtualView({ photo, aspectRatio, seed, timeMs });
        assert.ok(view.x >= -1e-9 && view.x + view.width <= photo.width + 1e-6);
        assert.ok(view.y >= -1e-9 && view.y + view.height <= photo.height + 1e-6);
        assert.ok(Math.abs(view.width / view.height - aspectRatio) < 1e-9);
      }),
    );
  });

  it('moves smoothly: never further than a tenth of the view in 100 ms', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(3_600_000), (seed, timeMs) => {
        const now = virtualView({ photo, aspectRatio, seed, timeMs });
        const later = virtualView({ photo, aspectRatio, seed, timeMs: timeMs + 100 });
        const moved = Math.hypot(
          later.x + later.width / 2 - now.x - now.width / 2,
          later.y + later.height / 2 - now.y - now.height / 2,
        );
        assert.ok(moved <= now.width / 10, `${moved} of ${now.width}`);
      }),
    );
  });

  it('is the same for the same seed, differs between seeds, and rests for a while in each leg', () => {
    const at = (seed: number, timeMs: number) => virtualView({ photo, aspectRatio, seed, timeMs });
    assert.deepEqual(at(4, 12_345), at(4, 12_345));
    assert.notDeepEqual(at(4, 12_345), at(5, 12_345));
    const resting = Array.from({ length: 900 }, (_, index) => index * 100).filter((timeMs) => {
      const [now, next] = [at(4, timeMs), at(4, timeMs + 100)];
      return now.x === next.x && now.y === next.y && now.width === next.width;
    });
    assert.ok(resting.length > 200 && resting.length < 500, String(resting.length));
  });
});
