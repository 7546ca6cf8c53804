import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Frame, FrameSource } from '../../src/ports.ts';
import { until } from '../until.ts';

export interface FrameSourceBench {
  readonly source: FrameSource;
  /** Makes a source that doesn't film by itself show something. */
  film?(): void;
  tidyUp?(): Promise<void>;
}

/** What every `FrameSource` does; the fake and each adapter run it. */
export function describeFrameSource(name: string, newBench: () => Promise<FrameSourceBench>): void {
  async function withSource(use: (bench: FrameSourceBench) => Promise<void>): Promise<void> {
    const bench = await newBench();
    try {
      await use(bench);
    } finally {
      await bench.source.stop();
      await bench.tidyUp?.();
    }
  }

  async function film({ source, film: show }: FrameSourceBench): Promise<Frame[]> {
    const frames: Frame[] = [];
    const onFrame = (frame: Frame) => frames.push({ ...frame, data: frame.data.slice() });
    await source.start({ onFrame, onState: () => undefined });
    await until(() => {
      show?.();
      return frames.length >= 3;
    });
    return frames;
  }

  describe(`${name} as a FrameSource`, () => {
    it('gives whole I420 pictures, each later than the one before', async () => {
      await withSource(async (bench) => {
        const frames = await film(bench);
        for (const { width, height, data } of frames) {
          assert.equal(data.length, (width * height * 3) / 2);
        }
        const times = frames.map(({ capturedAtMs }) => capturedAtMs);
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        );
      });
    });

    it('gives nothing after it was told to stop, and films again after the next start', async () => {
      await withSource(async (bench) => {
        for (let round = 0; round < 3; round += 1) {
          const frames = await film(bench);
          const stopped = bench.source.stop({ withinMs: 200 });
          const count = frames.length;
          await stopped;
          bench.film?.();
          await new Promise((resolve) => setImmediate(resolve));
          assert.equal(frames.length, count);
        }
      });
    });

    it('stops before it was started, and twice', async () => {
      await withSource(async ({ source }) => {
        await source.stop();
        await source.stop();
      });
    });
  });
}
