import { OperatorError } from '@emotion-fleet/service';

/** The least that protects anyone; the demo, which watches photographs, may go down to 1. */
export const leastGroupSize = 10;

/** @throws OperatorError `group_too_small` */
export function checkGroupSize({
  minimumGroupSize,
  demo,
}: {
  readonly minimumGroupSize: number;
  readonly demo: boolean;
}): void {
  const least = demo ? 1 : leastGroupSize;
  if (Number.isInteger(minimumGroupSize) && minimumGroupSize >= least) return;
  throw new OperatorError(
    'group_too_small',
    `The minimum group size must be a whole number of at least ${least} visits, not ${minimumGroupSize}.`,
  );
}

/**
 * True where so few visits were seen that numbers would speak of single people. Samples without a visit
 * belong to somebody who came before the window began: a group of one, too.
 */
export function isTooSmall(
  { visits, samples }: { readonly visits: number; readonly samples: number },
  minimumGroupSize: number,
): boolean {
  if (minimumGroupSize <= 1) return false;
  return (visits > 0 || samples > 0) && visits < minimumGroupSize;
}
