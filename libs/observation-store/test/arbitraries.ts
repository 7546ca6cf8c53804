import fc from 'fast-check';
import type {
  ClusterSums,
  ScopeWindowValues,
  WindowValues,
} from '@emotion-fleet/observation-store';

/** Without it, a record may come without a prototype, which `deepEqual` and structured clones tell apart. */
const plain = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true });

const count = fc.nat({ max: 1_000_000 });
/** A multiple of 1/1024, so that sums and products are exact and equality can be tested. */
const score = fc.nat({ max: 100 * 1_024 }).map((units) => units / 1_024);

const scored = <T>(value: fc.Arbitrary<T>) =>
  plain({ happy: value, sad: value, neutral: value, other: value });
const byEmotion = plain({
  happy: count,
  sad: count,
  neutral: count,
  other: count,
  uncertain: count,
});

const windowFields = {
  samples: byEmotion,
  faceTimeMs: byEmotion,
  visits: count,
  readableVisits: fc.nat({ max: 1_000 }),
  scores: plain({ sum: scored(score), sumOfSquares: scored(score) }),
  analysedMs: count,
  frames: plain({ seen: count, gated: count, analysed: count, dropped: count }),
  records: plain({ stored: count, declared: count, rejected: count, tooLate: count }),
};

export const windowValues: fc.Arbitrary<WindowValues> = plain(windowFields);

export const clusterSums: fc.Arbitrary<ClusterSums> = plain({
  clusters: count,
  n: count,
  nn: count,
  byEmotion: scored(plain({ y: score, ny: score, yy: score })),
});

export const scopeWindowValues: fc.Arbitrary<ScopeWindowValues> = plain({
  ...windowFields,
  clusters: clusterSums,
  reportingDevices: count,
});
