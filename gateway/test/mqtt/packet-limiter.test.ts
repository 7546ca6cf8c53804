import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { PacketLimiter } from '../../src/mqtt/packet-limiter.ts';
import { packet } from '../support/raw-device.ts';

const limits = { maxPublishBytes: 300, maxControlBytes: 200 };
const publish = 0x32;
const subscribe = 0x82;

/** Feeds the bytes in pieces of the sizes given, over and over. */
function passInPieces(bytes: Buffer, sizes: readonly number[]): Buffer {
  const limiter = new PacketLimiter(limits);
  const passed: Buffer[] = [];
  for (let position = 0, turn = 0; position < bytes.length; turn++) {
    const end = position + sizes[turn % sizes.length]!;
    passed.push(limiter.pass(bytes.subarray(position, end)));
    position = end;
  }
  return Buffer.concat(passed);
}

it('passes what is short enough and cuts a long PUBLISH, however the bytes arrive', () => {
  const packets = fc.array(
    fc.oneof(
      fc.record({ first: fc.constant(publish), length: fc.integer({ min: 0, max: 1_000 }) }),
      fc.record({ first: fc.constant(subscribe), length: fc.integer({ min: 0, max: 200 }) }),
    ),
    { maxLength: 12 },
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(packets, sizes, (sent, pieces) => {
      const body = (length: number) => Buffer.from(Array.from({ length }, (_, index) => index));
      const bytes = sent.map(({ first, length }) => packet(first, [body(length)]));
      const expected = sent.map(({ first, length }) =>
        packet(first, [body(Math.min(length, limits.maxPublishBytes))]),
      );
      assert.deepEqual(passInPieces(Buffer.concat(bytes), pieces), Buffer.concat(expected));
    }),
  );
});

it('refuses another packet that is too long, and a length that never ends', () => {
  assert.throws(() => passInPieces(packet(0x10, [Buffer.alloc(201)]), [1]), RangeError);
  const endless = Buffer.from([publish, 0xff, 0xff, 0xff, 0xff, 0xff]);
  assert.throws(() => passInPieces(endless, [2]), RangeError);
});
