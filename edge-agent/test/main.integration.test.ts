import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import {
  checkRecord,
  messageValidators,
  parseMqttTopic,
  type DeviceRecord,
  type RecordBatch,
} from '@emotion-fleet/contracts';
import { Aedes } from 'aedes';
import { sinceBootMs } from '../src/clock/since-boot.ts';
import { agentEnvironment, agentEntryFile, type AgentSettings } from '../src/index.ts';
import { FolderFiles } from '../src/outbox/folder-files.ts';
import { SlotFile } from '../src/outbox/slot-file.ts';
import type { WrittenMinutes } from '../src/wear/write-budget.ts';
import { until } from './until.ts';

const deviceId = 'till-1';

/** A broker that takes everything and remembers it. */
class Broker {
  readonly records: DeviceRecord[] = [];
  readonly states: string[] = [];
  bytes = Buffer.alloc(0);
  #aedes: Aedes | undefined;
  #server: Server | undefined;

  async start(): Promise<string> {
    const aedes = await Aedes.createBroker();
    aedes.on('publish', ({ topic, payload }) => this.#receive(topic, Buffer.from(payload)));
    this.#aedes = aedes;
    this.#server = createServer((socket) => aedes.handle(socket));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    assert.ok(address !== null && typeof address === 'object');
    return `mqtt://127.0.0.1:${address.port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.#aedes?.close(() => resolve()));
    await new Promise<void>((resolve) => this.#server?.close(() => resolve()));
  }

  #receive(topic: string, payload: Buffer): void {
    const parsed = parseMqttTopic(topic);
    if (parsed === undefined) return;
    assert.equal(parsed.deviceId, deviceId);
    this.bytes = Buffer.concat([this.bytes, payload]);
    const message: unknown = JSON.parse(payload.toString());
    if (parsed.channel === 'status') {
      assert.ok(messageValidators.status.Check(message));
      this.states.push(message.state);
    }
    if (parsed.channel !== 'records') return;
    for (const record of (message as RecordBatch).records) {
      const checked = checkRecord(record);
      assert.ok(checked.ok, JSON.stringify(checked));
      this.records.push(checked.value);
    }
  }
}

describe('the edge agent as a process', () => {
  const broker = { current: new Broker(), url: '' };
  let modelCache = '';
  let dataDirectory = '';
  let child: ChildProcess | undefined;

  before(async () => {
    modelCache = await mkdtemp(path.join(tmpdir(), 'edge-agent-models-'));
  });
  after(() => rm(modelCache, { recursive: true, force: true }));
  beforeEach(async () => {
    dataDirectory = await mkdtemp(path.join(tmpdir(), 'edge-agent-data-'));
    broker.current = new Broker();
    broker.url = await broker.current.start();
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await broker.current.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  function startAgent(settings: Partial<AgentSettings> = {}): { stderr: () => string } {
    const environment = agentEnvironment({
      deviceId,
      token: 'secret-token',
      mqttUrl: broker.url,
      dataDirectory,
      modelCache,
      camera: 'virtual:sample6?seed=3',
      clock: 'trust',
      logLevel: 'warn',
      ...settings,
    });
    child = fork(agentEntryFile, [], { env: { ...process.env, ...environment }, silent: true });
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stdout?.resume();
    return { stderr: () => text };
  }

  /** Exit code of the agent. */
  async function exit(): Promise<number | null> {
    assert.ok(child !== undefined);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode;
  }

  function assertWhole(records: readonly DeviceRecord[]): void {
    const seqs = records.map(({ seq }) => seq).toSorted((a, b) => a - b);
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => index),
      'no hole and nothing twice',
    );
  }

  it('sends what real models see, drains on a signal, and says that it is offline', async () => {
    startAgent();
    const { records, states } = broker.current;
    const faces = () => records.filter((record) => record.kind === 'sample' && record.scores);
    await until(() => faces().length >= 5, 30_000);
    child?.kill('SIGTERM');
    assert.equal(await exit(), 0);
    assertWhole(records);
    assert.deepEqual(states, ['online', 'offline']);
    const visits = records.filter(({ kind }) => kind === 'visit');
    assert.ok(visits.length > 0, 'the tracks in view ended as visits');
    const [presence] = records.filter((record) => record.kind === 'presence');
    assert.equal(records.at(-1)?.kind, 'presence');
    assert.ok(presence!.analysedMs > 0);
    const { seen, gated, analysed, dropped } = presence!.frames;
    assert.equal(seen, gated + analysed + dropped);
  });

  it('goes on with the bytes that a process before it wrote in the hour', async () => {
    const files = new FolderFiles({ folder: path.join(dataDirectory, 'wear') });
    await files.open();
    const minute = Math.floor(sinceBootMs() / 60_000);
    await new SlotFile({ files, name: 'written' }).write({ minute, bytes: [50_000_000] });
    startAgent();
    await until(() => broker.current.records.some(({ kind }) => kind === 'sample'), 30_000);
    child?.kill('SIGTERM');
    await exit();
    const kept = (await new SlotFile({ files, name: 'written' }).read()) as WrittenMinutes;
    const sum = kept.bytes.reduce((a, b) => a + b, 0);
    assert.ok(sum > 50_050_000 && sum < 52_000_000, String(sum));
  });

  it('drains when its parent is gone', async () => {
    startAgent();
    await until(() => broker.current.records.some(({ kind }) => kind === 'sample'), 30_000);
    child?.disconnect();
    assert.equal(await exit(), 0);
    assertWhole(broker.current.records);
  });

  it('writes and sends numbers, never a picture', async () => {
    startAgent();
    await until(() => broker.current.records.length >= 5, 30_000);
    child?.kill('SIGTERM');
    await exit();
    const names = await readdir(dataDirectory, { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile());
    const written = await Promise.all(
      files.map((file) => readFile(path.join(file.parentPath, file.name))),
    );
    // Ten seconds of raw pictures are 23 MB, a single small JPEG some kilobytes.
    const sent = broker.current.bytes;
    assert.ok(sent.length > 500 && sent.length < 20_000, String(sent.length));
    for (const bytes of [sent, ...written]) {
      for (const magic of ['\xff\xd8\xff', '\x89PNG', 'RIFF', 'ftyp']) {
        assert.equal(bytes.indexOf(Buffer.from(magic, 'latin1')), -1);
      }
      assert.ok(!/[A-Za-z0-9+/=]{200}/.test(bytes.toString('latin1')), 'no encoded bytes either');
    }
  });

  it('says in one sentence what is wrong with its camera, and ends', async () => {
    const { stderr } = startAgent({ camera: '/not/there.mp4' });
    assert.equal(await exit(), 1);
    assert.equal(stderr().trim(), 'There is no video file at /not/there.mp4.');
  });

  it('leaves a data directory alone that another agent uses', async () => {
    startAgent();
    const first = child;
    await until(() => broker.current.records.length > 0, 30_000);
    const { stderr } = startAgent();
    try {
      assert.equal(await exit(), 1);
      assert.match(stderr(), /^Another agent uses the data directory .*EMOTION_DATA_DIRECTORY/);
      const count = broker.current.records.length;
      await until(() => broker.current.records.length > count);
    } finally {
      first?.kill('SIGKILL');
    }
    assertWhole(broker.current.records);
  });

  it('leaves a watchdog disarmed when it stops or cannot start, and armed when it is killed', async () => {
    // A plain file stands in for the device: it keeps every byte.
    const watchdog = path.join(modelCache, 'watchdog');
    const eaten = () => readFile(watchdog, 'latin1');
    await writeFile(watchdog, '');
    startAgent({ watchdog });
    await until(() => broker.current.records.length > 0, 30_000);
    child?.kill('SIGTERM');
    assert.equal(await exit(), 0);
    assert.match(await eaten(), /^\0+V$/);

    await writeFile(watchdog, '');
    startAgent({ watchdog, camera: '/not/there.mp4' });
    assert.equal(await exit(), 1);
    assert.match(await eaten(), /^\0+V$/);

    await writeFile(watchdog, '');
    startAgent({ watchdog });
    await until(async () => (await eaten()).length > 0, 30_000);
    child?.kill('SIGKILL');
    await exit();
    assert.match(await eaten(), /^\0+$/);
  });
});
