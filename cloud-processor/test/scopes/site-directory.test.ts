import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Assignment } from '@emotion-fleet/observation-store';
import { SiteDirectory } from '../../src/scopes/site-directory.ts';

function setUp() {
  const clock = { at: 0, now: () => clock.at };
  const registry = {
    reads: 0,
    down: false,
    assignments: [{ deviceId: 'cam-a', siteId: 'north', fromHour: 0 }] as Assignment[],
    listAssignments: () => {
      registry.reads += 1;
      return registry.down
        ? Promise.reject(new Error('registry is down'))
        : Promise.resolve([...registry.assignments]);
    },
  };
  const stale: unknown[] = [];
  const options = {
    registry,
    clock,
    maxAgeMs: 1_000,
    onStale: (error: unknown) => stale.push(error),
  };
  return { clock, registry, stale, directory: new SiteDirectory(options) };
}

suite('site directory', () => {
  test('reads the registry again once its answer is old', async () => {
    const { clock, registry, directory } = setUp();
    await directory.current(['cam-a']);
    registry.assignments = [{ deviceId: 'cam-a', siteId: 'south', fromHour: 0 }];
    clock.at = 999;
    assert.equal((await directory.current(['cam-a'])).siteAt('cam-a', 0), 'north');
    clock.at = 1_000;
    assert.equal((await directory.current(['cam-a'])).siteAt('cam-a', 0), 'south');
    assert.equal(registry.reads, 2);
  });

  test('asks at once for a device that it does not know', async () => {
    const { registry, directory } = setUp();
    await directory.current(['cam-a']);
    registry.assignments.push({ deviceId: 'cam-b', siteId: 'north', fromHour: 0 });
    assert.equal((await directory.current(['cam-b'])).siteAt('cam-b', 0), 'north');
  });

  test('goes on with the last answer while the registry is down, and rejects without one', async () => {
    const { clock, registry, stale, directory } = setUp();
    registry.down = true;
    await assert.rejects(directory.current(['cam-a']), /registry is down/);
    registry.down = false;
    await directory.current(['cam-a']);
    registry.down = true;
    clock.at = 5_000;
    assert.equal((await directory.current(['cam-a'])).siteAt('cam-a', 0), 'north');
    assert.equal(stale.length, 1);
  });
});
