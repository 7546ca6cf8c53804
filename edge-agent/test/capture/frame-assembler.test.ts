import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FrameAssembler } from '../../src/capture/frame-assembler.ts';

const frameBytes = 6;

describe('FrameAssembler', () => {
  it('cuts any sequence of chunks into the same pictures', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 30 }), (sizes) => {
        const assembler = new FrameAssembler({ frameBytes });
        let sent = 0;
        for (const size of sizes) {
          const chunk = Uint8Array.from(
            { length: size },
            (_, index) => (sent + index) / frameBytes,
          );
          const before = Math.floor(sent / frameBytes);
          sent += size;
          const newest = Math.floor(sent / frameBytes);
          read(assembler, chunk);
          assert.equal(assembler.isWaiting, newest > before);
          const expected =
            newest > before ? new Uint8Array(frameBytes).fill(newest - 1) : undefined;
          assert.deepEqual(assembler.take(), expected);
        }
      }),
    );
  });

  it('begins anew after a reset', () => {
    const assembler = new FrameAssembler({ frameBytes });
    read(assembler, Uint8Array.of(9, 9, 9));
    assembler.reset();
    read(assembler, Uint8Array.of(1, 1, 1, 1, 1, 1));
    assert.deepEqual(assembler.take(), new Uint8Array(frameBytes).fill(1));
    assert.equal(assembler.take(), undefined);
  });
});

/** As a socket does: no more than there is space for at a time. */
function read(assembler: FrameAssembler, chunk: Uint8Array): void {
  for (let from = 0; from < chunk.length;) {
    const space = assembler.space();
    assert.ok(space.length > 0);
    const part = chunk.subarray(from, from + space.length);
    space.set(part);
    assembler.filled(part.length);
    from += part.length;
  }
}
