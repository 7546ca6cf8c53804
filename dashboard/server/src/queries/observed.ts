import { zeroByEmotion } from '@emotion-fleet/contracts';
import type { MeanScores, TimelineWindow } from '@emotion-fleet/contracts/api';
import { ratioEstimate } from '@emotion-fleet/observation-store';
import type { WindowSum } from './window-sum.ts';

/** The fields that summaries and timeline windows share: all that is said about people. */
export type Observed = Omit<TimelineWindow, 'from' | 'to' | 'analysedMs' | 'expectedMs'>;

/** A sum as the API shows it. */
export function observed({ values, clusters }: WindowSum): Observed {
  return {
    samples: samplesOf({ values }),
    visits: values.visits,
    readableVisits: values.readableVisits,
    byEmotion: { ...values.samples },
    faceTimeMs: { ...values.faceTimeMs },
    meanScore: {
      happy: ratioEstimate(clusters, 'happy'),
      sad: ratioEstimate(clusters, 'sad'),
      neutral: ratioEstimate(clusters, 'neutral'),
      other: ratioEstimate(clusters, 'other'),
    },
    suppressed: false,
  };
}

/** What stands in place of a group too small to be shown: nothing about people. */
export function suppressedObserved(): Observed {
  return {
    samples: 0,
    visits: 0,
    readableVisits: 0,
    byEmotion: zeroByEmotion(),
    faceTimeMs: zeroByEmotion(),
    meanScore: noScores(),
    suppressed: true,
  };
}

export function samplesOf({ values }: Pick<WindowSum, 'values'>): number {
  return Object.values(values.samples).reduce((sum, count) => sum + count, 0);
}

function noScores(): MeanScores {
  const none = () => ({ value: null, low: null, high: null, clusters: 0 });
  return { happy: none(), sad: none(), neutral: none(), other: none() };
}
