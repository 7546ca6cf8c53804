import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test, type TestContext } from 'node:test';
import { Client } from 'cassandra-driver';
import { encodeLogged, logTopics } from '@emotion-fleet/contracts';
import { CassandraServer, KafkaServer, skipWithoutStack } from '@emotion-fleet/deploy';
import { openEventLog } from '@emotion-fleet/event-log';
import {
  openDeviceRegistry,
  openObservationStore,
  type ObservationStore,
} from '@emotion-fleet/observation-store';
import { silentLogger, startAll } from '@emotion-fleet/service';
import { runCommands } from '../src/commands/program.ts';
import { compareRollups } from '../src/compare-rollups.ts';
import { readProcessorConfig } from '../src/config.ts';
import { Processor } from '../src/processor.ts';
import { assertLedger, assertRawRows } from './support/expectations.ts';
import { fillRegistry } from './support/fill-registry.ts';
import { recentWorld } from './support/recent-world.ts';

type Environment = Readonly<Record<string, string>>;

const always = { from: 0, to: 4e12 };

/** The fleet's parts, opened as its own process does. */
async function open(environment: Environment) {
  const config = readProcessorConfig(environment);
  const logger = silentLogger();
  const eventLog = openEventLog(config, { clientId: 'test', logger });
  const store = openObservationStore(config);
  const registry = openDeviceRegistry(config);
  const flush = { minIntervalMs: 1, maxIntervalMs: 20 };
  const processor = new Processor({ eventLog, store, registry, flush, logger });
  const parts = [eventLog, store, registry];
  await startAll(parts);
  const close = async () => {
    await processor.stop();
    for (const part of parts.toReversed()) await part.stop();
  };
  return { eventLog, store, registry, processor, close };
}

/** Runs a command as the command line does. */
async function run(environment: Environment, ...args: readonly string[]) {
  const steps: string[] = [];
  let out = '';
  let error = '';
  const terminal = {
    writeOut: (text: string) => void (out += text),
    writeError: (text: string) => void (error += text),
    run: <Result>(
      _title: string,
      work: (progress: (step: string, share: number) => void) => Promise<Result>,
    ) => work((step, share) => steps.push(`${step} ${share}`)),
    signal: new AbortController().signal,
  };
  const exitCode = await runCommands(args, terminal, environment);
  return { exitCode, steps, out, error };
}

async function succeed(environment: Environment, ...args: readonly string[]) {
  const result = await run(environment, ...args);
  assert.equal(result.exitCode, 0, result.error);
  assert.ok(
    result.steps.some((step) => step.endsWith(' 1')),
    'no progress was shown',
  );
  return result;
}

/** Windows that say what never was. */
async function corruptWindows(store: ObservationStore): Promise<void> {
  for (const row of await store.readHours('cam-a', always)) {
    const values = { ...row.values, visits: 1_000 };
    await store.putHours([{ ...row, version: row.version + 1, values }]);
  }
  for (const row of await store.readScopeDays('fleet', always)) {
    await store.putScopeDays([
      { ...row, version: row.version + 1, values: { ...row.values, visits: 1_000 } },
    ]);
  }
}

interface Fleet {
  readonly environment: Environment;
  /** Loses samples and minutes as a broken disk does: without a deletion. */
  readonly loseRows: () => Promise<void>;
  /** The processor runs on while commands work. */
  readonly runsOn: boolean;
}

/** Fill, lose and corrupt, mend; erase, and try to bring it back. */
async function story({ environment, loseRows, runsOn }: Fleet, t: TestContext): Promise<void> {
  const world = recentWorld(21, 8);
  let fleet = await open(environment);
  t.after(() => fleet.close());
  /** While the commands work, an embedded fleet is stopped. */
  const whileStopped = async (work: () => Promise<void>) => {
    if (!runsOn) await fleet.close();
    await work();
    if (!runsOn) fleet = await open(environment);
  };
  const entries = world.logged.map((one) => ({ key: one.deviceId, value: encodeLogged(one) }));
  await fillRegistry(fleet.registry, world);
  await fleet.eventLog.append(logTopics.faceEmotions, entries);
  await fleet.processor.start();
  assert.ok(await fleet.processor.drain(30_000));
  assert.deepEqual(await compareRollups(fleet), []);

  await corruptWindows(fleet.store);
  await whileStopped(loseRows);
  assert.deepEqual(
    await fleet.store.readRecords({ deviceId: 'cam-a', ...always, kinds: ['sample'] }),
    [],
  );
  await whileStopped(async () => {
    const replayed = await succeed(environment, 'replay');
    assert.match(replayed.out, /^stored: 0$/m);
    await succeed(environment, 'rebuild');
  });
  await fleet.store.refresh();
  assert.deepEqual((await compareRollups(fleet)).slice(0, 2), []);
  await assertRawRows(fleet.store, world);
  await assertLedger(fleet.store, world);

  await whileStopped(async () => {
    assert.equal((await run(environment, 'erase', 'device', 'cam-a')).exitCode, 2);
    assert.equal((await run(environment, 'erase', 'device', 'cam-x', '--yes')).exitCode, 1);
    await succeed(environment, 'erase', 'device', 'cam-a', '--yes');
    await succeed(environment, 'erase', 'site', 'south', '--yes');
  });
  // Delivered once more after it was erased, and what others send goes on.
  await fleet.eventLog.append(logTopics.faceEmotions, entries);
  if (!runsOn) await fleet.processor.start();
  assert.ok(await fleet.processor.drain(30_000));
  await whileStopped(async () => {
    await succeed(environment, 'replay');
    await succeed(environment, 'rebuild');
  });
  await fleet.store.refresh();
  assert.deepEqual((await compareRollups(fleet)).slice(0, 2), []);
  const left = new Set<string>();
  for await (const { deviceId } of fleet.store.scanRecords()) left.add(deviceId);
  // cam-b stood in the north before it went to the south.
  assert.deepEqual([...left], ['cam-b']);
  assert.deepEqual(await fleet.store.readLedgerBlocks('cam-a'), []);
  const south = await fleet.store.readScopeDays('site/south', always);
  assert.ok(south.every(({ values }) => values.records.stored === 0));
  const revoked = (await fleet.registry.listDevices()).filter((one) => one.revokedAt !== undefined);
  assert.deepEqual(revoked.map(({ deviceId }) => deviceId).sort(), [
    'cam-a',
    'cam-b',
    'cam-c',
    'cam-d',
  ]);
}

describe('commands', () => {
  test('mend and erase an embedded fleet that is stopped', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'commands-'));
    t.after(() => rm(directory, { recursive: true, force: true }));
    const environment = { EMOTION_DATA_DIRECTORY: directory };
    await story(
      {
        environment,
        runsOn: false,
        loseRows: async () => {
          const file = new DatabaseSync(join(directory, 'observations.sqlite'));
          file.exec('DELETE FROM samples_by_device; DELETE FROM minutes_by_device');
          file.close();
        },
      },
      t,
    );
    const locked = await run(environment, 'rebuild');
    assert.equal(locked.exitCode, 1);
    assert.match(locked.error, /is in use by another instance; stop that one/);
    assert.equal(locked.error.trim().split('\n').length, 1);
  });

  test('say what is wrong in one sentence, and what there is', async () => {
    const environment = { EMOTION_DATA_DIRECTORY: '/nowhere' };
    assert.match((await run(environment, 'rebuild')).error, /There is no store in \/nowhere/);
    assert.match((await run(environment, 'erase', 'fleet', 'x')).error, /can't be erased/);
    assert.match((await run(environment, 'replay', '--since', 'monday')).error, /is not a time/);
    const { out, exitCode } = await run(environment, '--help');
    assert.equal(exitCode, 0);
    for (const command of ['replay', 'rebuild', 'erase']) assert.ok(out.includes(command));
  });
});

describe('commands on real servers', { skip: await skipWithoutStack() }, () => {
  test('mend and erase a distributed fleet that runs on', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'commands-'));
    const cassandra = new CassandraServer({ dataDirectory: join(directory, 'cassandra') });
    const kafka = new KafkaServer({ dataDirectory: join(directory, 'kafka') });
    t.after(async () => {
      await Promise.all([cassandra.stop(), kafka.stop()]);
      await rm(directory, { recursive: true, force: true });
    });
    await Promise.all([cassandra.start(), kafka.start()]);
    const environment = {
      EMOTION_PROFILE: 'distributed',
      EMOTION_KAFKA_BROKERS: kafka.bootstrap,
      EMOTION_KAFKA_REPLICATION_FACTOR: '1',
      EMOTION_KAFKA_MIN_IN_SYNC_REPLICAS: '1',
      EMOTION_CASSANDRA_CONTACT_POINTS: cassandra.contactPoint,
      EMOTION_CASSANDRA_LOCAL_DATA_CENTER: cassandra.localDataCenter,
      EMOTION_CASSANDRA_REPLICATION_FACTOR: '1',
    };
    const { contactPoint, localDataCenter } = cassandra;
    await story(
      {
        environment,
        runsOn: true,
        loseRows: async () => {
          const client = new Client({ contactPoints: [contactPoint], localDataCenter });
          await client.connect();
          // A deletion would stand above the rows that a replay writes; lost rows leave nothing.
          for (const table of ['samples_by_device', 'minutes_by_device']) {
            await client.execute(`TRUNCATE emotion_fleet.${table}`);
          }
          await client.shutdown();
        },
      },
      t,
    );
  });
});
