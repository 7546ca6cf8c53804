import type { CoverageCounts } from '@emotion-fleet/contracts/api';
import { formatCount, formatPlural } from './format.ts';

interface TrustEntry {
  readonly key: keyof Omit<CoverageCounts, 'expectedMs' | 'analysedMs'>;
  readonly label: string;
  readonly meaning: string;
  /** Any at all calls for a person. */
  readonly isAlarming: boolean;
}

/** What becomes of a record, in the order in which it is good news. */
export const trustEntries: readonly TrustEntry[] = [
  {
    key: 'stored',
    label: 'Stored',
    meaning: 'Arrived, and is in these figures.',
    isAlarming: false,
  },
  {
    key: 'pending',
    label: 'Pending',
    meaning: 'Still in a camera’s outbox, on its way.',
    isAlarming: false,
  },
  {
    key: 'declared',
    label: 'Declared',
    meaning: 'Given up by the camera, which says so and why.',
    isAlarming: false,
  },
  {
    key: 'rejected',
    label: 'Rejected',
    meaning: 'Not acceptable; kept apart for inspection.',
    isAlarming: false,
  },
  {
    key: 'tooLate',
    label: 'Too late',
    meaning: 'Arrived after its window was sealed; not in these figures.',
    isAlarming: false,
  },
  {
    key: 'stranded',
    label: 'Stranded',
    meaning: 'In the outbox of a camera that has been silent for too long.',
    isAlarming: true,
  },
  {
    key: 'unexplained',
    label: 'Unexplained',
    meaning: 'Missing, and nothing says why. Must be zero.',
    isAlarming: true,
  },
];

/** The panel's answer in one sentence. */
export function trustVerdict({ stored, pending, unexplained }: CoverageCounts): string {
  if (unexplained > 0) {
    const verb = unexplained === 1 ? 'is' : 'are';
    return `${formatPlural(unexplained, 'record')} ${verb} missing without an explanation.`;
  }
  if (stored === 0) return 'No record has been stored in this range.';
  if (pending > 0) return `Nothing is unexplained; ${formatCount(pending)} still on the way.`;
  return 'Every record that the cameras made is accounted for.';
}
