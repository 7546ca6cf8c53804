import type { Summary } from '@emotion-fleet/contracts/api';
import { dayMs, type TimeRange } from '@emotion-fleet/observation-store';
import { coverageCounts } from './coverage-counts.ts';
import { ExpectedTime } from './expected-time.ts';
import { isRevoked, type FleetMap, type Stay } from './fleet-map.ts';
import { readStays } from './pieces.ts';
import { isoTime } from './query-range.ts';
import type { Reading } from './reading.ts';
import { addSums } from './window-sum.ts';

/** All that a range says in one set of numbers. */
export async function readSummary(reading: Reading): Promise<Summary> {
  const { tools, fleet, place, range } = reading;
  const { reader, gate, clock } = tools;
  const now = clock.now();
  const stays = presentStays(fleet, fleet.stays(place, range), range);
  const [whole, { activities, ends }, ledger, hidden] = await Promise.all([
    reader.readWhole(place, range, dayMs),
    readStays(reading),
    tools.ledger.read(stays),
    gate.isHidden(reading),
  ]);
  const sum = addSums([...whole, ...ends]);
  const present = new Set(stays.map(({ deviceId }) => deviceId));
  const reporting = activities.filter(
    ({ stay, analysedMs }) => analysedMs > 0 && present.has(stay.deviceId),
  );
  const expectedMs = new ExpectedTime({ fleet, stays, now }).total();
  return {
    from: isoTime(range.from),
    to: isoTime(range.to),
    ...gate.show(sum, hidden),
    coverage: coverageCounts({ values: sum.values, expectedMs, ledger }),
    devices: { total: present.size, reporting: countDevices(reporting.map((a) => a.stay)) },
  };
}

/** Without devices that had been revoked before the range began. */
function presentStays(fleet: FleetMap, stays: readonly Stay[], range: TimeRange): Stay[] {
  return stays.filter((stay) => {
    const device = fleet.devices.get(stay.deviceId);
    return device !== undefined && !isRevoked(device, range.from);
  });
}

function countDevices(stays: readonly Stay[]): number {
  return new Set(stays.map(({ deviceId }) => deviceId)).size;
}
