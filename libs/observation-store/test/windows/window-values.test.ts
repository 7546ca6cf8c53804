import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addClusters,
  addWindows,
  clusterOf,
  zeroClusters,
  zeroWindow,
} from '@emotion-fleet/observation-store';
import { clusterSums, windowValues } from '../arbitraries.ts';

test('adding windows is associative and commutative, with zero as neutral element', () => {
  fc.assert(
    fc.property(windowValues, windowValues, windowValues, (a, b, c) => {
      assert.deepEqual(addWindows(addWindows(a, b), c), addWindows(a, addWindows(b, c)));
      assert.deepEqual(addWindows(a, b), addWindows(b, a));
      assert.deepEqual(addWindows(a, zeroWindow()), a);
    }),
  );
});

test('adding windows changes neither', () => {
  fc.assert(
    fc.property(windowValues, windowValues, (a, b) => {
      const before = structuredClone([a, b]);
      addWindows(a, b);
      assert.deepEqual([a, b], before);
    }),
  );
});

test('adding clusters is associative and commutative, with zero as neutral element', () => {
  fc.assert(
    fc.property(clusterSums, clusterSums, clusterSums, (a, b, c) => {
      assert.deepEqual(addClusters(addClusters(a, b), c), addClusters(a, addClusters(b, c)));
      assert.deepEqual(addClusters(a, b), addClusters(b, a));
      assert.deepEqual(addClusters(a, zeroClusters()), a);
    }),
  );
});

test('the moments of many camera-hours are the sums over single ones', () => {
  fc.assert(
    fc.property(fc.array(windowValues, { maxLength: 8 }), (windows) => {
      const sums = windows.map(clusterOf).reduce(addClusters, zeroClusters());
      const readable = windows.filter((window) => window.readableVisits > 0);
      assert.equal(sums.clusters, readable.length);
      const happy = readable.map((w) => [w.readableVisits, w.scores.sum.happy] as const);
      assert.equal(sums.byEmotion.happy.y, sum(happy.map(([, y]) => y)));
      assert.equal(sums.byEmotion.happy.ny, sum(happy.map(([n, y]) => n * y)));
      assert.equal(sums.byEmotion.happy.yy, sum(happy.map(([, y]) => y * y)));
      assert.equal(sums.nn, sum(happy.map(([n]) => n * n)));
    }),
  );
});

test('an hour without a readable visit is no cluster', () => {
  assert.deepEqual(clusterOf(zeroWindow()), zeroClusters());
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
