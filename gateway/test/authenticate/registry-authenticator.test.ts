import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RegistryAuthenticator } from '../../src/index.ts';

it('asks the registry', async () => {
  const registry = {
    verifyToken: async (deviceId: string, token: string) => deviceId === 'a' && token === 'b',
    health: () => ({ state: 'down' as const }),
  };
  const authenticator = new RegistryAuthenticator({ registry });
  assert.equal(await authenticator.authenticate({ deviceId: 'a', token: 'b' }), true);
  assert.equal(await authenticator.authenticate({ deviceId: 'a', token: 'c' }), false);
  assert.deepEqual(authenticator.health(), { state: 'down' });
});
