import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryDeviceRegistry } from '@emotion-fleet/observation-store/testing';
import { demoSites, ownCameraSite, seedRegistry, type TokenKeeper } from '../src/demo-fleet.ts';

class MemoryTokens implements TokenKeeper {
  readonly tokens = new Map<string, string>();
  async read(deviceId: string): Promise<string | undefined> {
    return this.tokens.get(deviceId);
  }
  async write(deviceId: string, token: string): Promise<void> {
    this.tokens.set(deviceId, token);
  }
}

async function seeded(registry: MemoryDeviceRegistry, tokens: TokenKeeper, sites = demoSites) {
  return seedRegistry({
    registry,
    sites,
    tokens,
    timeZone: 'Europe/Berlin',
    now: () => 1_790_000_000_000,
  });
}

test('registers three sites with two cameras each, no two cameras alike', async () => {
  const registry = new MemoryDeviceRegistry();
  await registry.start();
  const tokens = await seeded(registry, new MemoryTokens());
  assert.equal((await registry.listSites()).length, 3);
  assert.equal(tokens.size, 6);
  assert.equal(
    new Set(demoSites.flatMap((site) => site.cameras.map(({ camera }) => camera))).size,
    6,
  );
});

test('changes nothing at the second start', async () => {
  const registry = new MemoryDeviceRegistry();
  await registry.start();
  const keeper = new MemoryTokens();
  const first = await seeded(registry, keeper);
  assert.deepEqual(await seeded(registry, keeper), first);
  assert.equal((await registry.listDevices()).length, 6);
});

test('gives a device a new token where the kept one is lost', async () => {
  const registry = new MemoryDeviceRegistry();
  await registry.start();
  const first = await seeded(registry, new MemoryTokens());
  const second = await seeded(registry, new MemoryTokens());
  for (const [deviceId, token] of second) {
    assert.equal(await registry.verifyToken(deviceId, token), true);
    assert.equal(await registry.verifyToken(deviceId, first.get(deviceId) ?? ''), false);
  }
});

test('adds an own camera beside the demo sites', async () => {
  const registry = new MemoryDeviceRegistry();
  await registry.start();
  const keeper = new MemoryTokens();
  await seeded(registry, keeper);
  const tokens = await seeded(registry, keeper, [ownCameraSite('/dev/video0')]);
  assert.deepEqual([...tokens.keys()], ['camera-1']);
  assert.equal((await registry.listSites()).length, 4);
});
