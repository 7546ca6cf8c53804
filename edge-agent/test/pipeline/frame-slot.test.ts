import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FrameSlot } from '../../src/pipeline/frame-slot.ts';
import type { Frame } from '../../src/ports.ts';

/** A slot whose work ends when the test says so. */
function newSlot(look: (frame: Frame) => void = () => undefined) {
  const worked: number[] = [];
  let dropped = 0;
  let finish: () => void = () => undefined;
  const slot = new FrameSlot({
    work: async (frame) => {
      look(frame);
      worked.push(frame.data[0]!);
      const { promise, resolve } = Promise.withResolvers<undefined>();
      finish = () => resolve(undefined);
      await promise;
      assert.equal(worked.at(-1), frame.data[0], 'the frame stays as it is while it is worked on');
    },
    onDropped: () => (dropped += 1),
  });
  const buffer = new Uint8Array(6);
  /** As a camera does: always the same buffer. */
  const offer = (value: number) => {
    const frame: Frame = { width: 2, height: 2, data: buffer.fill(value), capturedAtMs: value };
    slot.offer(frame);
  };
  const settle = async () => {
    finish();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { slot, worked, offer, settle, dropped: () => dropped };
}

describe('FrameSlot', () => {
  it('works on one frame at a time; of those that wait the newest wins', async () => {
    const { worked, offer, settle, dropped } = newSlot();
    for (const value of [1, 2, 3, 4]) offer(value);
    assert.deepEqual(worked, [1]);
    await settle();
    assert.deepEqual(worked, [1, 4]);
    assert.equal(dropped(), 2);
    offer(5);
    await settle();
    assert.deepEqual(worked, [1, 4, 5]);
  });

  it('keeps pictures in two buffers, however many come', async () => {
    const buffers = new Set<ArrayBufferLike>();
    const { offer, settle } = newSlot((frame) => buffers.add(frame.data.buffer));
    for (let value = 1; value <= 50; value += 1) {
      offer(value);
      offer(value + 100);
      await settle();
    }
    assert.equal(buffers.size, 2);
  });

  it('finishes what is in work when it closes, gives up what waits, and takes no more', async () => {
    const { slot, worked, offer, settle, dropped } = newSlot();
    offer(1);
    offer(2);
    const closed = slot.close();
    offer(3);
    await settle();
    await closed;
    assert.deepEqual(worked, [1]);
    assert.equal(dropped(), 2);
    assert.equal(slot.isBusy, false);
  });
});
