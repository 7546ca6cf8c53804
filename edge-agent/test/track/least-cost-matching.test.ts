import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { leastCostMatching } from '../../src/track/least-cost-matching.ts';

/** The least sum of all ways to give each row from `row` on a column that isn't taken. */
function leastSum(costs: readonly (readonly number[])[], row = 0, taken: number[] = []): number {
  if (row === costs.length) return 0;
  const sums = costs[row]!.map((cost, column) =>
    taken.includes(column) ? Infinity : cost + leastSum(costs, row + 1, [...taken, column]),
  );
  return Math.min(...sums);
}

const matrices = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2 }))
  .chain(([rows, more]) => {
    const cost = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constant(1e6));
    const row = fc.array(cost, { minLength: rows + more, maxLength: rows + more });
    return fc.array(row, { minLength: rows, maxLength: rows });
  });

describe('leastCostMatching', () => {
  it('gives each row a column of its own, at the least cost there is', () => {
    fc.assert(
      fc.property(matrices, (costs) => {
        const columns = leastCostMatching(costs);
        assert.equal(columns.length, costs.length);
        assert.equal(new Set(columns).size, costs.length);
        const sum = columns.reduce((total, column, row) => total + costs[row]![column]!, 0);
        assert.equal(sum, leastSum(costs));
      }),
    );
  });
});
