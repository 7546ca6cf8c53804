import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { LiveFaces } from '@emotion-fleet/contracts/api';
import { addLook, dropOld, faceOpacity } from '../../src/composables/seen-faces.ts';

function look(...trackIds: string[]): LiveFaces {
  return {
    deviceId: 'd',
    observedAt: '2026-03-01T09:00:00Z',
    frame: { width: 1280, height: 720 },
    faces: trackIds.map((trackId) => ({
      trackId,
      x: 1,
      y: 2,
      width: 3,
      height: 4,
      emotion: 'happy',
    })),
  };
}

suite('faces seen live', () => {
  test('stay while they are seen, fade, and go', () => {
    const seen = addLook(new Map(), look('a'), 0);
    const face = seen.get('a')!;
    assert.equal(faceOpacity(face, 1_000), 1);
    const fading = faceOpacity(face, 3_000);
    assert.ok(fading > 0 && fading < 1);
    assert.equal(dropOld(seen, 3_999), seen);
    assert.equal(dropOld(seen, 4_000).size, 0);
  });

  test('are one box per track, whichever look brought it', () => {
    const seen = addLook(addLook(new Map(), look('a', 'b'), 0), look('a'), 2_000);
    assert.deepEqual([...seen.keys()], ['a', 'b']);
    assert.deepEqual([...dropOld(seen, 4_500).keys()], ['a']);
  });

  test('never grow without limit', () => {
    const many = Array.from({ length: 500 }, (_, index) => String(index));
    assert.equal(addLook(new Map(), look(...many), 0).size, 200);
  });
});
