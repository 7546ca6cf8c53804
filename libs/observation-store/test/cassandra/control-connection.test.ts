import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Client } from 'cassandra-driver';
import {
  serializeRefreshes,
  shutDownReplacedHosts,
} from '../../src/cassandra/control-connection.ts';

type Refresh = (hosts?: unknown) => Promise<void>;

/** A client whose control connection refreshes as the test says. */
function clientWith(refresh: Refresh): { refresh: Refresh } {
  const client = new Client({ contactPoints: ['127.0.0.1:1'], localDataCenter: 'datacenter1' });
  const { controlConnection } = client as unknown as { controlConnection: { _refresh: Refresh } };
  assert.equal(typeof controlConnection._refresh, 'function', 'the driver still has the method');
  controlConnection._refresh = refresh;
  serializeRefreshes(client);
  return { refresh: (hosts) => controlConnection._refresh(hosts) };
}

it('joins a refresh that is under way, and begins a new one after it', async () => {
  let begun = 0;
  let gate = Promise.withResolvers<undefined>();
  const { refresh } = clientWith(async () => {
    begun += 1;
    await gate.promise;
  });
  const both = [refresh(), refresh()];
  assert.equal(begun, 1);
  gate.resolve(undefined);
  await Promise.all(both);
  gate = Promise.withResolvers();
  gate.resolve(undefined);
  await refresh();
  assert.equal(begun, 2);
});

it('lets a refresh go on with the hosts that are left', async () => {
  const asked: unknown[] = [];
  const connection = clientWith(async (hosts) => {
    asked.push(hosts);
    if (hosts === undefined) await connection.refresh('the next host');
  });
  await connection.refresh();
  assert.deepEqual(asked, [undefined, 'the next host']);
});

it('begins again after a defect instead of ending the process', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let begun = 0;
  const { refresh } = clientWith(async () => {
    begun += 1;
    if (begun === 1) throw new TypeError("Cannot read properties of null (reading 'once')");
  });
  await refresh();
  t.mock.timers.tick(1_000);
  assert.equal(begun, 2);
});

it('shuts down a host that is replaced by another object for it', () => {
  const client = new Client({ contactPoints: ['127.0.0.1:1'], localDataCenter: 'datacenter1' });
  shutDownReplacedHosts(client);
  const shutDown: string[] = [];
  const host = (name: string) => ({
    shutdown: async () => {
      shutDown.push(name);
    },
  });
  client.emit('hostAdd', host('first'));
  assert.deepEqual(shutDown, []);
  client.emit('hostRemove', host('first'));
  assert.deepEqual(shutDown, ['first']);
});
