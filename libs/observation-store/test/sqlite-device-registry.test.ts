import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SqliteDeviceRegistry } from '@emotion-fleet/observation-store';
import { deviceRegistryContract } from './device-registry-contract.ts';
import { anHour } from './builders.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);

deviceRegistryContract('SqliteDeviceRegistry', async () => {
  const { path, remove } = await temporaryFolder();
  return { registry: new SqliteDeviceRegistry({ path: join(path, 'registry.sqlite') }), remove };
});

async function inFolder(work: (directory: string) => Promise<void>): Promise<void> {
  const { path, remove } = await temporaryFolder();
  try {
    await work(path);
  } finally {
    await remove();
  }
}

test('several processes may open a new registry at once and write to it', () =>
  inFolder(async (directory) => {
    const path = join(directory, 'registry.sqlite');
    const script = fileURLToPath(new URL('add-sites.ts', import.meta.url));
    const prefixes = ['a', 'b', 'c', 'd'];
    await Promise.all(
      prefixes.map((prefix) => run(process.execPath, [script, path, prefix, '20'])),
    );
    const registry = new SqliteDeviceRegistry({ path });
    await registry.start();
    assert.equal((await registry.listSites()).length, 80);
    await registry.stop();
  }));

test('what one instance adds, another that is open sees at once', () =>
  inFolder(async (directory) => {
    const path = join(directory, 'registry.sqlite');
    const [one, other] = [new SqliteDeviceRegistry({ path }), new SqliteDeviceRegistry({ path })];
    await one.start();
    await other.start();
    await one.addSite({
      ...{ siteId: 'shop', name: 'Shop', timeZone: 'UTC', purpose: 'retail' as const },
      ...{ openingHours: [], createdAt: anHour },
    });
    const device = { deviceId: 'cam-1', name: 'Door', createdAt: anHour, schedule: [] };
    const { token } = await one.addDevice(device, 'shop');
    assert.equal(await other.verifyToken('cam-1', token), true);
    await other.revokeDevice('cam-1', anHour);
    assert.equal(await one.verifyToken('cam-1', token), false);
    await one.stop();
    await other.stop();
  }));

test('the token itself is nowhere on disk', () =>
  inFolder(async (directory) => {
    const registry = new SqliteDeviceRegistry({ path: join(directory, 'registry.sqlite') });
    await registry.start();
    await registry.addSite({
      ...{ siteId: 'shop', name: 'Shop', timeZone: 'UTC', purpose: 'retail' as const },
      ...{ openingHours: [], createdAt: anHour },
    });
    const device = { deviceId: 'cam-1', name: 'Door', createdAt: anHour, schedule: [] };
    const { token } = await registry.addDevice(device, 'shop');
    for (const name of await readdir(directory)) {
      const bytes = await readFile(join(directory, name));
      assert.equal(bytes.includes(token), false, name);
      assert.equal(bytes.includes(Buffer.from(token, 'base64url')), false, name);
    }
    await registry.stop();
  }));

test('is down while its file cannot be read', () =>
  inFolder(async (directory) => {
    const path = join(directory, 'registry.sqlite');
    const registry = new SqliteDeviceRegistry({ path });
    await registry.start();
    using other = new DatabaseSync(path);
    other.exec('ALTER TABLE devices RENAME TO lost');
    assert.match(registry.health().detail ?? '', /devices/);
    other.exec('ALTER TABLE lost RENAME TO devices');
    assert.equal(registry.health().state, 'ok');
    await registry.stop();
  }));

test('a file that is no database is one sentence, and a stopped registry says so', () =>
  inFolder(async (directory) => {
    const path = join(directory, 'registry.sqlite');
    await writeFile(path, 'not a database, but long enough to have had a header'.repeat(20));
    const registry = new SqliteDeviceRegistry({ path });
    await assert.rejects(registry.start(), { name: 'OperatorError', code: 'not_a_database' });
    await assert.rejects(registry.listSites(), { name: 'RegistryError', code: 'stopped' });
  }));
