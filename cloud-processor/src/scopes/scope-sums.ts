import {
  addClusters,
  clusterOf,
  zeroClusters,
  type ScopeWindowValues,
  type WindowValues,
} from '@emotion-fleet/observation-store';
import { sumWindows } from '../windows/window-sums.ts';

/** One hour of several devices; in order of device ids, since float sums depend on the order. */
export function sumDeviceHours(hours: readonly WindowValues[]): ScopeWindowValues {
  return {
    ...sumWindows(hours),
    clusters: hours.map(clusterOf).reduce(addClusters, zeroClusters()),
    reportingDevices: hours.filter(({ analysedMs }) => analysedMs > 0).length,
  };
}

/** One day of a scope from its hours in order of time; as reporting counts the most in one hour. */
export function sumScopeHours(
  hours: readonly (ScopeWindowValues | undefined)[],
): ScopeWindowValues {
  const present = hours.filter((hour) => hour !== undefined);
  return {
    ...sumWindows(present),
    clusters: present.map(({ clusters }) => clusters).reduce(addClusters, zeroClusters()),
    reportingDevices: Math.max(0, ...present.map(({ reportingDevices }) => reportingDevices)),
  };
}
