import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findHiddenPlaces } from '../../src/privacy/hidden-places.ts';
import type { Activity } from '../../src/queries/window-reader.ts';

function activity(siteId: string, deviceId: string, visits: number): Activity {
  return {
    stay: { siteId, deviceId, from: 0, to: 1 },
    visits,
    samples: visits * 4,
    analysedMs: 1,
  };
}

test('nothing is hidden where every place has enough', () => {
  const hidden = findHiddenPlaces([activity('n', 'a', 10), activity('n', 'b', 30)], 10);
  assert.deepEqual([...hidden.devices, ...hidden.sites], []);
});

test('the next smallest camera is held back beside a single small one', () => {
  const hidden = findHiddenPlaces(
    [activity('n', 'a', 3), activity('n', 'b', 40), activity('n', 'c', 20)],
    10,
  );
  assert.deepEqual([...hidden.devices].sort(), ['a', 'c']);
  assert.deepEqual([...hidden.sites], []);
});

test('two small cameras that stay small together take a third along', () => {
  const hidden = findHiddenPlaces(
    [activity('n', 'a', 3), activity('n', 'b', 4), activity('n', 'c', 20)],
    10,
  );
  assert.deepEqual([...hidden.devices].sort(), ['a', 'b', 'c']);
});

test('a small site takes the next smallest along, with its cameras', () => {
  const hidden = findHiddenPlaces(
    [activity('n', 'a', 3), activity('s', 'b', 20), activity('w', 'c', 50)],
    10,
  );
  assert.deepEqual([...hidden.sites].sort(), ['n', 's']);
  assert.deepEqual([...hidden.devices].sort(), ['a', 'b']);
});

test('a camera that saw nobody is neither hidden nor of any help', () => {
  const hidden = findHiddenPlaces([activity('n', 'a', 0), activity('n', 'b', 15)], 10);
  assert.deepEqual([...hidden.devices], []);
});

test('a group size of 1 hides nothing', () => {
  const hidden = findHiddenPlaces([activity('n', 'a', 1), activity('s', 'b', 1)], 1);
  assert.deepEqual([...hidden.devices, ...hidden.sites], []);
});

const fleets = fc
  .uniqueArray(
    fc.record({
      site: fc.constantFrom('n', 's', 'w'),
      device: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      visits: fc.integer({ min: 0, max: 30 }),
    }),
    { selector: ({ site, device }) => `${site}/${device}`, maxLength: 12 },
  )
  .map((units) => units.map(({ site, device, visits }) => activity(site, device, visits)));

const sum = (activities: readonly Activity[]) => activities.reduce((s, a) => s + a.visits, 0);
const active = (activities: readonly Activity[]) => activities.filter((a) => a.visits > 0);

test('no difference of shown sums is a group that is too small', () => {
  fc.assert(
    fc.property(fleets, (activities) => {
      const hidden = findHiddenPlaces(activities, 10);
      const isHidden = (a: Activity) => hidden.devices.has(a.stay.deviceId);
      const bySite = Map.groupBy(active(activities), (a) => a.stay.siteId);
      const byDevice = Map.groupBy(active(activities), (a) => a.stay.deviceId);
      for (const [id, units] of byDevice) if (sum(units) < 10) assert.ok(hidden.devices.has(id));
      for (const [id, units] of bySite) {
        if (sum(units) < 10) assert.ok(hidden.sites.has(id));
        if (hidden.sites.has(id)) assert.ok(units.every(isHidden));
        if (hidden.sites.has(id)) continue;
        // A shown site less its shown cameras.
        const rest = units.filter(isHidden);
        assert.ok(rest.length === 0 || sum(rest) >= 10);
      }
      // A fleet that is large enough is shown; less its shown sites nothing small may remain.
      const rest = active(activities).filter((a) => hidden.sites.has(a.stay.siteId));
      if (sum(activities) >= 10) assert.ok(rest.length === 0 || sum(rest) >= 10);
    }),
    { numRuns: 500 },
  );
});
