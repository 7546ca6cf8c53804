import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { logTopics, minRawRetentionMs } from '@emotion-fleet/contracts';
import { skipWithoutStack } from '@emotion-fleet/deploy';
import {
  CassandraDeviceRegistry,
  CassandraObservationStore,
  dayMs,
  floorToDay,
  forever,
  hourMs,
  zeroWindow,
  type CassandraObservationStoreOptions,
} from '@emotion-fleet/observation-store';
import { anHour, ledgerBlock, recordRow } from './builders.ts';
import { CassandraUnderTest, newKeyspace } from './cassandra/cassandra-under-test.ts';
import { always, newDevice } from './contract/scope.ts';
import { deviceRegistryContract } from './device-registry-contract.ts';
import { observationStoreContract } from './observation-store-contract.ts';
import { waitUntil } from './wait-until.ts';

describe('on a real Cassandra', { skip: await skipWithoutStack() }, () => {
  const cassandra = new CassandraUnderTest();
  const keyspace = newKeyspace();
  before(() => cassandra.start());
  after(() => cassandra.stop());

  observationStoreContract('CassandraObservationStore', async () => ({
    store: new CassandraObservationStore({ cassandra: cassandra.options(keyspace) }),
    remove: async () => {},
  }));
  deviceRegistryContract('CassandraDeviceRegistry', async () => ({
    registry: new CassandraDeviceRegistry({ cassandra: cassandra.options(keyspace) }),
    remove: async () => {},
  }));

  async function withStores(
    count: number,
    work: (stores: CassandraObservationStore[]) => Promise<void>,
    options: Partial<CassandraObservationStoreOptions> = {},
  ): Promise<void> {
    const stores = Array.from(
      { length: count },
      () => new CassandraObservationStore({ cassandra: cassandra.options(keyspace), ...options }),
    );
    try {
      await Promise.all(stores.map((store) => store.start()));
      await work(stores);
    } finally {
      await Promise.all(stores.map((store) => store.stop()));
    }
  }

  test('four that start at once on a new keyspace make each table once and share one epoch', async () => {
    const fresh = newKeyspace();
    await withStores(
      4,
      async (stores) => {
        const [first, ...others] = stores;
        for (const other of others) assert.equal(other.epoch, first?.epoch);
        const deviceId = newDevice();
        for (const [seq, store] of stores.entries()) {
          await store.putRecords([recordRow({ deviceId, seq, time: anHour + seq })]);
        }
        for (const store of stores) {
          assert.equal((await store.readRecords({ deviceId, ...always })).length, 4);
        }
        const left = await cassandra.query(
          `SELECT name FROM ${fresh}.properties WHERE name = 'lock'`,
        );
        assert.equal(left.rowLength, 0);
      },
      { cassandra: cassandra.options(fresh) },
    );
    for (const [version, code] of [
      [1000, 'newer_schema'],
      [2, 'unreleased_schema'],
    ] as const) {
      await cassandra.query(
        `UPDATE ${fresh}.properties SET value = ${version} WHERE name = 'schema_version'`,
      );
      const refused = new CassandraObservationStore({ cassandra: cassandra.options(fresh) });
      await assert.rejects(refused.start(), { name: 'OperatorError', code });
    }
  });

  test('an instance that wakes with an older version changes nothing, although it writes last', () =>
    withStores(2, async ([owner, zombie]) => {
      const deviceId = newDevice();
      const window = (visits: number, offset: number) => ({
        ...{ deviceId, windowStart: anHour, logPartition: 2, version: owner!.epoch + offset },
        values: { ...zeroWindow(), visits },
      });
      await owner!.putHours([window(7, 20)]);
      await zombie!.putHours([window(3, 10)]);
      assert.deepEqual(await zombie!.readHours(deviceId, always), [window(7, 20)]);
      const slice = await zombie!.readHourSlice(anHour, 2);
      assert.deepEqual(
        slice.filter((row) => row.deviceId === deviceId),
        [window(7, 20)],
      );
    }));

  test('an instance that does not know yet of an erasure brings nothing back, although it writes last', () =>
    withStores(2, async ([eraser, stale]) => {
      // Nothing tells in which partition of the log a device is of which no hour has been written.
      const deviceId = newDevice();
      const version = stale!.epoch + 7;
      const range = { from: 0, to: forever, erasedAt: Date.now() };
      await eraser!.erase({ devices: [{ deviceId, ...range }], scopes: [] });
      const window = { deviceId, windowStart: anHour, version, values: zeroWindow() };
      await stale!.putRecords([recordRow({ deviceId, seq: 0, time: anHour })]);
      await stale!.putMinutes([window]);
      await stale!.putHours([{ ...window, logPartition: logTopics.faceEmotions.partitions - 1 }]);
      await stale!.putDays([{ ...window, windowStart: floorToDay(anHour) }]);
      await stale!.putLedgerBlocks([ledgerBlock({ deviceId, version })]);
      const slice = await eraser!.readHourSlice(anHour, logTopics.faceEmotions.partitions - 1);
      const read = [
        await eraser!.readRecords({ deviceId, ...always }),
        await eraser!.readMinutes(deviceId, always),
        await eraser!.readHours(deviceId, always),
        slice.filter((row) => row.deviceId === deviceId),
        await eraser!.readDays(deviceId, always),
        await eraser!.readLedgerBlocks(deviceId),
      ];
      assert.deepEqual(
        read.map((rows) => rows.length),
        [0, 0, 0, 0, 0, 0],
      );
      await stale!.refresh();
    }));

  test('of two writes with one version one row stays whole', () =>
    withStores(2, async ([one, other]) => {
      const deviceId = newDevice();
      const version = one!.epoch + 5;
      const rows = [
        { ...ledgerBlock({ deviceId, version, stored: [1, 2] }), firstAt: 9, lastAt: 20 },
        { ...ledgerBlock({ deviceId, version, stored: [1, 2, 3] }), firstAt: 8, lastAt: 30 },
      ];
      await Promise.all([one!.putLedgerBlocks([rows[0]!]), other!.putLedgerBlocks([rows[1]!])]);
      const [read] = await one!.readLedgerBlocks(deviceId);
      assert.ok(rows.some((row) => row.firstAt === read?.firstAt && row.lastAt === read.lastAt));
      assert.equal(read?.stored[0], read?.firstAt === 9 ? 0b110 : 0b1110);
    }));

  test('a first delivery is kept although it is written after the second', () =>
    withStores(1, async ([store]) => {
      const deviceId = newDevice();
      const row = recordRow({ deviceId, seq: 0, time: anHour });
      await store!.putRecords([{ ...row, receivedAt: row.receivedAt + 1 }]);
      await store!.putRecords([row]);
      assert.deepEqual(await store!.readRecords({ deviceId, ...always }), [row]);
    }));

  test('a row lives for what is left since its first receivedAt, and a replay does not renew that', () =>
    withStores(1, async ([store]) => {
      const deviceId = newDevice();
      const receivedAt = Date.now() - minRawRetentionMs + hourMs;
      const row = recordRow({ deviceId, seq: 0, time: receivedAt, receivedAt });
      const secondsLeft = async (): Promise<number> => {
        const result = await cassandra.query(
          `SELECT ttl(record) AS ttl FROM ${keyspace}.samples_by_device
           WHERE device_id = '${deviceId}' ALLOW FILTERING`,
        );
        return Number(result.first()['ttl']);
      };
      await store!.putRecords([row]);
      const first = await secondsLeft();
      assert.ok(first > 3_500 && first <= 3_601, `${first}`);
      await store!.putRecords([row, { ...row, receivedAt: Date.now() }]);
      assert.ok((await secondsLeft()) <= first);
      assert.deepEqual(await store!.readRecords({ deviceId, ...always }), [row]);
    }));

  test('what had its time vanishes from the table, and a replay does not bring it back', () =>
    withStores(1, async ([store]) => {
      const deviceId = newDevice();
      const receivedAt = Date.now() - minRawRetentionMs + 1_500;
      const row = recordRow({ deviceId, kind: 'visit', seq: 0, time: receivedAt, receivedAt });
      await store!.putRecords([row]);
      const isStored = async (): Promise<boolean> => {
        const text = `SELECT seq FROM ${keyspace}.visits_by_device
          WHERE device_id = '${deviceId}' ALLOW FILTERING`;
        return (await cassandra.query(text)).rowLength > 0;
      };
      assert.equal(await isStored(), true);
      await waitUntil('the row has expired', async () => !(await isStored()), 20_000);
      await store!.putRecords([row]);
      assert.equal(await isStored(), false);
    }));

  test('minutes are forgotten after their time, hours are not', () =>
    withStores(1, async ([store]) => {
      const deviceId = newDevice();
      const row = {
        ...{ deviceId, windowStart: anHour - 100 * dayMs, version: store!.epoch },
        values: zeroWindow(),
      };
      await store!.putMinutes([row]);
      await store!.putHours([{ ...row, logPartition: 0 }]);
      assert.deepEqual(await store!.readMinutes(deviceId, always), []);
      assert.equal((await store!.readHours(deviceId, always)).length, 1);
    }));

  test('no write leaves a tombstone, whatever a record has not', () =>
    withStores(1, async ([store]) => {
      const deviceId = newDevice();
      const kinds = ['sample', 'visit', 'presence', 'gap'] as const;
      await store!.putRecords(
        kinds.map((kind, seq) => recordRow({ deviceId, kind, seq, time: anHour })),
      );
      await store!.putLedgerBlocks([ledgerBlock({ deviceId, version: store!.epoch })]);
      const day = `day = ${floorToDay(anHour)}`;
      const partitions = {
        ...{ samples_by_device: `hour = ${anHour}`, visits_by_device: day },
        ...{ presence_by_device: day, gaps_by_device: day, ledger_by_run: undefined },
      };
      for (const [table, bucket] of Object.entries(partitions)) {
        const { info } = await cassandra.query(
          `SELECT * FROM ${keyspace}.${table} WHERE device_id = '${deviceId}'
           ${bucket === undefined ? '' : `AND ${bucket}`}`,
          { traceQuery: true },
        );
        const isRead = /Read (\d+) live rows and (\d+) tombstone cells/;
        let counts: RegExpExecArray[] = [];
        await waitUntil('the trace is written', async () => {
          const activities = await cassandra.trace(info.traceId);
          counts = activities.map((text) => isRead.exec(text)).filter((match) => match !== null);
          return counts.length > 0;
        });
        const live = counts.reduce((sum, match) => sum + Number(match[1]), 0);
        const dead = counts.reduce((sum, match) => sum + Number(match[2]), 0);
        assert.ok(live >= 1, table);
        assert.equal(dead, 0, table);
      }
    }));

  test('refuses writes while too many rows wait', () =>
    withStores(
      1,
      async ([store]) => {
        const deviceId = newDevice();
        const rows = Array.from({ length: 8 }, (_, seq) =>
          recordRow({ deviceId, seq, time: anHour }),
        );
        const first = store!.putRecords(rows);
        await assert.rejects(store!.putRecords(rows), { code: 'unavailable' });
        await first;
        await store!.putRecords(rows);
        assert.deepEqual(store!.health(), { state: 'ok', nodesUp: 1, waitingRows: 0 });
      },
      { maxWaitingRows: 10 },
    ));

  test('what a person got wrong is one sentence', async () => {
    const options = cassandra.options(keyspace);
    const start = async (
      changed: Partial<typeof options>,
      others: Partial<CassandraObservationStoreOptions> = {},
    ): Promise<void> => {
      const store = new CassandraObservationStore({
        cassandra: { ...options, ...changed },
        ...others,
      });
      await store.start();
    };
    const name = 'OperatorError';
    await assert.rejects(start({ contactPoints: ['127.0.0.1:1'] }), {
      ...{ name, code: 'store_unreachable' },
      message: "Cassandra doesn't answer at 127.0.0.1:1; start it or correct the addresses.",
    });
    await assert.rejects(start({ localDataCenter: 'mars' }), { name, code: 'unknown_data_center' });
    await assert.rejects(start({ keyspace: 'no-good' }), { name, code: 'bad_keyspace_name' });
    await assert.rejects(start({}, { rawRetentionMs: minRawRetentionMs - 1 }), {
      name,
      code: 'raw_retention_too_short',
    });
  });

  test('two that add the same site or device at once: one of them succeeds', async () => {
    const registries = [1, 2, 3].map(
      () => new CassandraDeviceRegistry({ cassandra: cassandra.options(keyspace) }),
    );
    try {
      await Promise.all(registries.map((registry) => registry.start()));
      const siteId = newDevice();
      const site = {
        ...{ siteId, name: 'Shop', timeZone: 'UTC', purpose: 'retail' as const },
        ...{ openingHours: [], createdAt: anHour },
      };
      const codes = (results: readonly PromiseSettledResult<unknown>[]): unknown[] =>
        results
          .map((result) =>
            result.status === 'fulfilled' ? 'ok' : (result.reason as { code: unknown }).code,
          )
          .sort();
      const sites = await Promise.allSettled(registries.map((one) => one.addSite(site)));
      assert.deepEqual(codes(sites), ['already_exists', 'already_exists', 'ok']);
      const device = { deviceId: newDevice(), name: 'Door', createdAt: anHour, schedule: [] };
      const devices = await Promise.allSettled(
        registries.map((one) => one.addDevice(device, siteId)),
      );
      assert.deepEqual(codes(devices), ['already_exists', 'already_exists', 'ok']);
    } finally {
      await Promise.all(registries.map((registry) => registry.stop()));
    }
  });
});
