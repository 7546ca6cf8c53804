import assert from 'node:assert/strict';
import { it } from 'node:test';
import { shrinkBufferPool } from '../src/small-buffer-pool.ts';

it('lets what is kept of a small buffer keep little else', (context) => {
  const { poolSize } = Buffer;
  context.after(() => (Buffer.poolSize = poolSize));
  shrinkBufferPool();
  // The pool that was begun before is used up first.
  for (let used = 0; used <= poolSize; used += 8) Buffer.allocUnsafe(8);
  const kept = Array.from({ length: 1_000 }, () => Buffer.allocUnsafe(4));
  const held = [...new Set(kept.map(({ buffer }) => buffer))];
  assert.ok(held.reduce((sum, { byteLength }) => sum + byteLength, 0) <= 10_000);
});
