import type { Coverage } from '@emotion-fleet/contracts/api';
import { coverageCounts } from './coverage-counts.ts';
import { readGaps, readPresence } from './presence.ts';
import { isoTime } from './query-range.ts';
import type { Reading } from './reading.ts';
import { addSums } from './window-sum.ts';
import { readWindows } from './windows.ts';

/** What the numbers of a range rest on. Says nothing about people, so the privacy gate lets it through. */
export async function readCoverage(reading: Reading): Promise<Coverage> {
  const { tools, fleet, place, range } = reading;
  const { store, clock } = tools;
  const now = clock.now();
  const [{ stepMs, windows }, ledger] = await Promise.all([
    readWindows(reading),
    tools.ledger.read(fleet.stays(place, range)),
  ]);
  const { values } = addSums(windows);
  const expectedMs = windows.reduce((sum, window) => sum + window.expectedMs, 0);
  return {
    from: isoTime(range.from),
    to: isoTime(range.to),
    ...coverageCounts({ values, expectedMs, ledger }),
    stepMs,
    windows: windows.map((window) => ({
      from: isoTime(window.from),
      to: isoTime(window.to),
      expectedMs: window.expectedMs,
      analysedMs: window.values.analysedMs,
    })),
    ...(place.kind === 'device' && {
      presence: await readPresence({ store, deviceId: place.deviceId, range, now }),
      gaps: await readGaps({ store, deviceId: place.deviceId, range, now }),
    }),
  };
}
