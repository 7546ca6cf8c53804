import type { MeanScore } from '@emotion-fleet/contracts/api';
import { formatCount, formatScore } from './format.ts';

/** Camera-hours from which on an interval is given (the statistics come from the server; this is for the words). */
const clustersForInterval = 10;

/** `95 % interval 0.29 to 0.38 over 14 camera-hours`, or how much is missing for one. */
export function describeInterval({ low, high, clusters }: MeanScore): string {
  if (low === null || high === null) {
    return `Too little data for an interval: ${formatCount(clusters)} of ${clustersForInterval} camera-hours`;
  }
  return `95 % interval ${formatScore(low)} to ${formatScore(high)} over ${formatCount(clusters)} camera-hours`;
}
