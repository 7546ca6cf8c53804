import type { Summary } from '@emotion-fleet/contracts/api';
import { dayMs, type TimeRange } from '@emotion-fleet/observation-store';
import { coverageCounts } from './coverage-counts.ts';
import { ExpectedTime } from './expected-time.ts';
import { isRevoked, type FleetMap, type Stay } from './fleet-map.ts';
import { isoTime } from './query-range.ts';
import type { Reading } from './reading.ts';
import type { Activity } from './window-reader.ts';
import { addSums } from './window-sum.ts';

/** All that a range says in one set of numbers. */
export async function readSummary(reading: Reading): Promise<Summary> {
  const { tools, fleet, place, range } = reading;
  const { reader, gate, clock } = tools;
  const now = clock.now();
  const stays = presentStays(fleet, fleet.stays(place, range), range);
  const [pieces, activities, ledger, hidden] = await Promise.all([
    reader.readPieces({ place, range, stepMs: dayMs, fleet }),
    readActivities(reading, stays),
    tools.ledger.read(stays),
    gate.isHidden(reading),
  ]);
  const sum = addSums(pieces);
  const reporting = activities.filter(({ analysedMs }) => analysedMs > 0);
  const expectedMs = new ExpectedTime({ fleet, stays, now }).total();
  return {
    from: isoTime(range.from),
    to: isoTime(range.to),
    ...gate.show(sum, hidden),
    coverage: coverageCounts({ values: sum.values, expectedMs, ledger }),
    devices: { total: countDevices(stays), reporting: countDevices(reporting.map((a) => a.stay)) },
  };
}

/** Of the fleet it is what the gate rests on, too: read once for both. */
async function readActivities(
  { tools, fleet, place, range }: Reading,
  stays: readonly Stay[],
): Promise<readonly Activity[]> {
  if (place.kind !== 'fleet') return tools.reader.readActivity(stays, range);
  const present = new Set(stays.map(({ deviceId }) => deviceId));
  const all = await tools.activity.read(fleet, range);
  return all.filter(({ stay }) => present.has(stay.deviceId));
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
