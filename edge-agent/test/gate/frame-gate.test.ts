import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { photoNames } from '../../src/capture/photo-names.ts';
import { photoPath, readPhoto } from '../../src/capture/photo.ts';
import { VirtualPainter } from '../../src/capture/virtual-frame-source.ts';
import { FrameGate } from '../../src/gate/frame-gate.ts';
import type { Frame } from '../../src/ports.ts';
import { paintedFrame, type PaintedBox } from '../painted-frame.ts';

const stepMs = 200;

/** A scene with a textured background, noise, and boxes that may move. */
class Scene {
  readonly gate = new FrameGate();
  nowMs = 1_000;

  look(options: { boxes?: readonly PaintedBox[]; hasTracks?: boolean; brightness?: number } = {}) {
    const { hasTracks = false, ...picture } = options;
    const frame = paintedFrame({ ...picture, seed: this.nowMs, capturedAtMs: this.nowMs });
    return this.show(frame, hasTracks);
  }

  show(frame: Frame, hasTracks = false) {
    const verdict = this.gate.look({ frame, hasTracks });
    if (verdict.isWanted) this.gate.accept();
    this.nowMs += stepMs;
    return verdict;
  }

  /** Looks until the gate has settled on a still scene. */
  settle(options: { boxes?: readonly PaintedBox[] } = {}): void {
    for (let look = 0; look < 12; look += 1) this.look(options);
    assert.equal(this.look(options).isWanted, false);
  }
}

describe('FrameGate', () => {
  it('stops a still scene in spite of the noise, and counts it as watched', () => {
    const scene = new Scene();
    scene.settle();
    for (let look = 0; look < 50; look += 1) {
      assert.deepEqual(scene.look(), { isWanted: false, cameraState: 'ok', isUsable: true });
    }
  });

  it('lets through the move of the smallest face that is detected', () => {
    const scene = new Scene();
    const face = { x: 300, y: 200, width: 20, height: 24, luma: 180 };
    scene.settle({ boxes: [face] });
    assert.equal(scene.look({ boxes: [{ ...face, x: 308 }] }).isWanted, true);
  });

  it('is not moved by a lamp that makes everything brighter', () => {
    const scene = new Scene();
    scene.settle();
    assert.equal(scene.look({ brightness: 12 }).isWanted, false);
  });

  it('looks at someone who stands still at least each 2 s, and at an empty scene never', () => {
    const scene = new Scene();
    scene.settle();
    const looks = Array.from({ length: 50 }, () => scene.look({ hasTracks: true }).isWanted);
    const wanted = looks.flatMap((isWanted, index) => (isWanted ? [index * stepMs] : []));
    assert.ok(wanted.length >= 4);
    for (const [index, timeMs] of wanted.entries()) {
      assert.ok(timeMs - (wanted[index - 1] ?? 0) <= 2_000);
    }
    const empty = Array.from({ length: 50 }, () => scene.look().isWanted);
    assert.ok(empty.every((isWanted) => !isWanted));
  });

  it('says covered for a lens that sees nothing, after a second', () => {
    const scene = new Scene();
    scene.settle();
    const black = () => scene.look({ boxes: [{ x: 0, y: 0, width: 640, height: 480, luma: 17 }] });
    const states = Array.from({ length: 8 }, black);
    assert.ok(states.every(({ isUsable, isWanted }) => !isUsable && !isWanted));
    assert.equal(states[2]!.cameraState, 'ok');
    assert.equal(states[7]!.cameraState, 'covered');
    assert.equal(scene.look().isUsable, false, 'what came back has to hold for a second, too');
    for (let look = 0; look < 6; look += 1) scene.look();
    assert.equal(scene.look().cameraState, 'ok');
  });

  it('says dark for a night with a few lights', () => {
    const scene = new Scene();
    const night = () =>
      scene.look({
        boxes: [
          { x: 0, y: 0, width: 640, height: 480, luma: 18 },
          { x: 600, y: 20, width: 32, height: 32, luma: 200 },
        ],
      });
    const states = Array.from({ length: 8 }, night);
    assert.equal(states.at(-1)!.cameraState, 'dark');
  });

  it('says frozen when the very same picture comes for 20 s, and stops watching after 2', () => {
    const scene = new Scene();
    scene.settle();
    const picture = paintedFrame({ seed: 5, capturedAtMs: 0 });
    const frozenFrom = scene.nowMs;
    const verdicts = Array.from({ length: 115 }, () => {
      const atMs = scene.nowMs - frozenFrom;
      return { atMs, ...scene.show({ ...picture, capturedAtMs: scene.nowMs }) };
    });
    assert.equal(verdicts.find(({ isUsable }) => !isUsable)?.atMs, 2_000);
    assert.equal(verdicts.find(({ cameraState }) => cameraState === 'frozen')?.atMs, 21_000);
  });

  it('finds nothing wrong with the photographs of the virtual cameras', async () => {
    for (const name of photoNames) {
      const photo = await readPhoto(photoPath(name));
      const painter = new VirtualPainter({ photo, seed: 3, width: 640, height: 480 });
      const gate = new FrameGate();
      for (let timeMs = 0; timeMs < 90_000; timeMs += 1_500) {
        const frame = {
          width: 640,
          height: 480,
          data: painter.paint(timeMs),
          capturedAtMs: timeMs,
        };
        assert.equal(gate.look({ frame, hasTracks: false }).isUsable, true, `${name} ${timeMs}`);
      }
    }
  });
});
