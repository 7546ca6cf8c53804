import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ledgerBlockSeqs } from '@emotion-fleet/contracts';
import { bitExtent, clearBits, countBits, emptyBitmap, hasBit, setBits } from '../../src/index.ts';

const range = fc
  .tuple(fc.nat(ledgerBlockSeqs), fc.nat(ledgerBlockSeqs))
  .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));

test('setting, clearing and counting agree with a plain set', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 6 }), range, range, (sets, cleared, counted) => {
      const bitmap = emptyBitmap();
      const expected = new Set<number>();
      for (const each of sets) {
        setBits(bitmap, each);
        for (let i = each.from; i < each.to; i++) expected.add(i);
      }
      const mask = emptyBitmap();
      setBits(mask, cleared);
      clearBits(bitmap, mask);
      for (let i = cleared.from; i < cleared.to; i++) expected.delete(i);

      assert.equal(countBits(bitmap), expected.size);
      assert.equal(
        countBits(bitmap, counted),
        [...expected].filter((i) => i >= counted.from && i < counted.to).length,
      );
      const extent = bitExtent(bitmap);
      if (expected.size === 0) assert.equal(extent, undefined);
      else {
        assert.deepEqual(extent, { from: Math.min(...expected), to: Math.max(...expected) + 1 });
        assert.ok(hasBit(bitmap, extent.from));
      }
    }),
    { numRuns: 200 },
  );
});
