import type { DesiredConfig, ReportedConfig } from '@emotion-fleet/contracts';
import type { ConfigState } from '@emotion-fleet/contracts/api';

/** What became of the desired version, as far as the device has said. */
export function configStateOf(
  desired: Pick<DesiredConfig, 'version'> | undefined,
  reported: Pick<ReportedConfig, 'version' | 'trying' | 'refused'> | undefined,
): ConfigState {
  if (desired === undefined) return 'own';
  const { version } = desired;
  if (reported?.version === version) return 'applied';
  if (reported?.refused?.version === version) return 'refused';
  return reported?.trying === version ? 'trying' : 'pending';
}

const maxVersion = 2 ** 48;

/**
 * Above every version that the device has heard of, so that it takes the next one even where the log was lost.
 * A number that no version can be is a device's own nonsense and doesn't count.
 */
export function nextVersion(
  desired: Pick<DesiredConfig, 'version'> | undefined,
  reported: Pick<ReportedConfig, 'version' | 'trying' | 'refused'> | undefined,
): number {
  const heard = [reported?.version, reported?.trying, reported?.refused?.version];
  const versions = [desired?.version, ...heard].filter(
    (version) => version !== undefined && version < maxVersion,
  );
  return Math.max(0, ...(versions as number[])) + 1;
}
