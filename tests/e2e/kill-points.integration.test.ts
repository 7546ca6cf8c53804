import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SqliteDeviceRegistry } from '@emotion-fleet/observation-store';
import { auditDataFolder } from '../support/data-folder.ts';
import { assertExactlyOnce } from '../support/exactly-once.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { SimulatedDevice } from '../support/simulated-device.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait.ts';

const cloudFile = fileURLToPath(new URL('../support/cloud-process.ts', import.meta.url));
const deviceCount = 6;
const recordsPerKill = 100;
const kills = 10;
const hourMs = 3_600_000;

/** Gateway and processor as a process that ends itself at a given step. */
class Cloud {
  readonly #directory: string;
  #child: ChildProcess | undefined;
  port = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async start(steps: number): Promise<void> {
    const child = spawn(
      process.execPath,
      [cloudFile, this.#directory, `${this.port}`, `${steps}`],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    this.#child = child;
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await waitFor('the gateway listens', () => output.includes('listens on') || this.ended);
    const port = /listens on (\d+)/.exec(output)?.[1];
    if (port !== undefined) this.port = Number(port);
  }

  get ended(): boolean {
    return this.#child?.exitCode !== null || this.#child.signalCode !== null;
  }

  get signal(): NodeJS.Signals | null {
    return this.#child?.signalCode ?? null;
  }

  async stop(): Promise<number | null> {
    if (!this.ended) this.#child?.kill('SIGTERM');
    await waitFor('the process has ended', () => this.ended);
    return this.#child?.exitCode ?? null;
  }
}

async function register(directory: string, now: number): Promise<Map<string, string>> {
  const registry = new SqliteDeviceRegistry({ path: join(directory, 'registry.sqlite') });
  await registry.start();
  const site = { siteId: 'hall', name: 'Hall', timeZone: 'UTC', purpose: 'demo' as const };
  await registry.addSite({ ...site, openingHours: [], createdAt: now });
  const tokens = new Map<string, string>();
  for (let index = 0; index < deviceCount; index++) {
    const deviceId = `camera-${index}`;
    const device = { deviceId, name: deviceId, createdAt: now, schedule: [] };
    tokens.set(deviceId, (await registry.addDevice(device, 'hall')).token);
  }
  await registry.stop();
  return tokens;
}

for (const seed of [1, 2]) {
  test(`every record is stored once when gateway and processor die ${kills} times at steps of seed ${seed}`, async (t) => {
    const { path: directory, remove } = temporaryFolder('kill-points');
    const random = seededRandom(seed);
    const startsAt = Math.floor(Date.now() / hourMs) * hourMs - 3 * hourMs;
    const tokens = await register(directory, startsAt);
    const cloud = new Cloud(directory);
    await cloud.start(0);
    const devices = [...tokens].map(
      ([deviceId, token], index) =>
        new SimulatedDevice({
          ...{ deviceId, token, startsAt, seed: seed * 100 + index, batchRecords: 40 },
          url: `mqtt://127.0.0.1:${cloud.port}`,
          folder: join(directory, 'outboxes', deviceId),
        }),
    );
    t.after(async () => {
      await Promise.all(devices.map((device) => device.stop()));
      await cloud.stop();
      remove();
    });
    for (const device of devices) await device.start();
    await cloud.stop();

    for (let kill = 0; kill < kills; kill++) {
      for (const device of devices) device.append(recordsPerKill);
      await cloud.start(1 + Math.floor(random() * 120));
      await waitFor('the process has killed itself', () => cloud.ended);
      assert.equal(cloud.signal, 'SIGKILL');
    }
    await cloud.start(0);
    for (const device of devices) assert.ok(await device.drain(30_000), 'everything is acked');
    assert.equal(await cloud.stop(), 0);

    const made = devices.reduce((sum, device) => sum + device.status().created, 0);
    assertExactlyOnce(await auditDataFolder(directory), made);
  });
}
