import type { DesiredConfig, ReportedConfig } from '@emotion-fleet/contracts';
import type { ConfigState } from '@emotion-fleet/contracts/api';

/** What became of the desired configuration, by what the device has said last. */
export function configState(
  desired: Pick<DesiredConfig, 'version'> | undefined,
  reported: Pick<ReportedConfig, 'version' | 'trying' | 'refused'> | undefined,
): ConfigState {
  if (desired === undefined) return 'own';
  if (reported === undefined) return 'pending';
  const { version } = desired;
  if (reported.version === version) return 'applied';
  if (reported.trying === version) return 'trying';
  return reported.refused?.version === version ? 'refused' : 'pending';
}
