import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addClusters,
  clusterOf,
  minIntervalClusters,
  ratioEstimate,
  studentT975,
  zeroClusters,
  zeroWindow,
  type ClusterSums,
} from '@emotion-fleet/observation-store';

/** Clusters given as pairs of readable visits and sum of their happy scores. */
function clustersOf(pairs: readonly (readonly [n: number, happy: number])[]): ClusterSums {
  return pairs.reduce((sums, [n, happy]) => {
    const zero = zeroWindow();
    const scores = { ...zero.scores, sum: { ...zero.scores.sum, happy } };
    return addClusters(sums, clusterOf({ ...zero, readableVisits: n, scores }));
  }, zeroClusters());
}

const cluster = fc
  .tuple(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([n, mean]) => [n, n * mean] as const);

test('studentT975 gives the values of the printed tables', () => {
  const table = [
    [9, 2.262157],
    [10, 2.228139],
    [14, 2.144787],
    [19, 2.093024],
    [29, 2.04523],
    [59, 2.000995],
    [119, 1.9801],
    [1_000_000, 1.959966],
  ] as const;
  for (const [degrees, expected] of table) {
    assert.ok(Math.abs(studentT975(degrees) - expected) < 1e-4, `${degrees} degrees`);
  }
});

test('nothing readable has no value', () => {
  assert.deepEqual(ratioEstimate(zeroClusters(), 'happy'), {
    value: null,
    low: null,
    high: null,
    clusters: 0,
  });
});

test('under ten clusters there is a value and no interval', () => {
  const pairs = Array.from({ length: minIntervalClusters - 1 }, (_, i) => [i + 1, i / 2] as const);
  const { value, low, high } = ratioEstimate(clustersOf(pairs), 'happy');
  assert.ok(value !== null && value > 0);
  assert.equal(low, null);
  assert.equal(high, null);
});

test('matches the textbook formula on single clusters', () => {
  const pairs = Array.from({ length: 12 }, (_, i) => [10 + i, (10 + i) * (0.3 + i / 50)] as const);
  const n = pairs.reduce((sum, pair) => sum + pair[0], 0);
  const ratio = pairs.reduce((sum, pair) => sum + pair[1], 0) / n;
  const squares = pairs.reduce((sum, [ni, yi]) => sum + (yi - ratio * ni) ** 2, 0);
  const standardError = Math.sqrt(((12 / 11) * squares) / n ** 2);
  const { value, low, high } = ratioEstimate(clustersOf(pairs), 'happy');
  assert.ok(value !== null && low !== null && high !== null);
  assert.ok(Math.abs(value - ratio) < 1e-12);
  assert.ok(Math.abs((high - low) / 2 - 2.200985 * standardError) < 1e-4);
});

test('clusters that all agree have an interval of no width', () => {
  const { value, low, high } = ratioEstimate(clustersOf(Array(20).fill([10, 4])), 'happy');
  assert.ok(Math.abs(value! - 0.4) < 1e-9);
  assert.ok(high! - low! < 1e-6);
});

test('low <= value <= high, all within 0..1, whatever the clusters', () => {
  fc.assert(
    fc.property(fc.array(cluster, { minLength: minIntervalClusters, maxLength: 60 }), (pairs) => {
      const { value, low, high, clusters } = ratioEstimate(clustersOf(pairs), 'happy');
      assert.ok(value !== null && low !== null && high !== null);
      assert.ok(0 <= low && low <= value && value <= high && high <= 1);
      assert.equal(clusters, pairs.length);
    }),
  );
});

test('the interval covers the truth about 95 times in 100 when visits of an hour go together', () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const truth = 0.4;
  let covered = 0;
  const rounds = 1_000;
  for (let round = 0; round < rounds; round++) {
    const pairs = Array.from({ length: 30 }, () => {
      const n = 5 + Math.floor(random() * 40);
      const hourMean = truth + (random() - 0.5) * 0.4;
      return [n, n * hourMean] as const;
    });
    const { low, high } = ratioEstimate(clustersOf(pairs), 'happy');
    if (low! <= truth && truth <= high!) covered++;
  }
  assert.ok(covered / rounds > 0.91 && covered / rounds < 0.98, `${covered} of ${rounds}`);
});
