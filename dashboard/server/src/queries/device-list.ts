import {
  deviceStates,
  deviceStatesByConcern,
  type DeviceItem,
  type DeviceList,
  type DeviceListQuery,
} from '@emotion-fleet/contracts/api';
import type { Listing } from './directory.ts';
import { compareNames, compareNumbers, hasWords, type Orders } from './list-order.ts';
import { pageOf } from './page.ts';

const concerns = new Map(deviceStatesByConcern.map((state, index) => [state, index]));

const orders: Orders<DeviceItem, NonNullable<DeviceListQuery['sort']>> = {
  deviceId: undefined,
  name: (a, b) => compareNames(a.name, b.name),
  state: (a, b) => concerns.get(a.state)! - concerns.get(b.state)!,
  coverageLastHour: (a, b) => compareNumbers(a.coverageLastHour, b.coverageLastHour),
  visitsLastHour: (a, b) => compareNumbers(a.visitsLastHour, b.visitsLastHour),
  framesPerSecond: (a, b) => compareNumbers(a.framesPerSecond, b.framesPerSecond),
  // Times of one form: their text is in order, too.
  lastRecordAt: (a, b) => compareNames(a.lastRecordAt ?? '', b.lastRecordAt ?? ''),
};

/** Cameras as they are asked for; by id where nothing is said. */
export function listDevices({ devices }: Listing, query: DeviceListQuery): DeviceList {
  const { siteId, state, q = '', sort = 'deviceId' } = query;
  const there = [...devices.values()].filter(
    (device) => siteId === undefined || device.siteId === siteId,
  );
  const matching = there.filter(
    (device) =>
      (state === undefined || device.state === state) &&
      hasWords(q, [device.name, device.deviceId, device.siteName, device.siteId]),
  );
  return {
    ...pageOf({
      items: matching,
      idOf: ({ deviceId }) => deviceId,
      compare: orders[sort],
      query,
    }),
    counts: countStates(there),
  };
}

function countStates(devices: readonly DeviceItem[]): DeviceList['counts'] {
  const zero = Object.fromEntries(deviceStates.map((state) => [state, 0]));
  const counts = zero as DeviceList['counts'];
  for (const { state } of devices) counts[state] += 1;
  return counts;
}
