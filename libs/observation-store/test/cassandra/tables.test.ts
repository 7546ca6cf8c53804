import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMs, floorToDay, zeroClusters, zeroWindow } from '@emotion-fleet/observation-store';
import { CassandraConnection } from '../../src/cassandra/connection.ts';
import { versionedTables } from '../../src/cassandra/tables.ts';

const tables = versionedTables({
  // Never started: what is to be written is made without it.
  connection: new CassandraConnection({
    cassandra: { contactPoints: ['127.0.0.1'], localDataCenter: 'datacenter1', replication: 1 },
    toError: (_code, message) => new Error(message),
  }),
  keyspace: 'k',
  minuteTtlSeconds: () => 60,
});
const lastDayOfMay = Date.UTC(2026, 4, 31);
const window = (windowStart: number) => ({
  ...{ deviceId: 'cam-1', windowStart, logPartition: 3, version: 1 },
  values: zeroWindow(),
});

test("what a flush has of a device's month shares a partition, so that it is one write", () => {
  const noon = lastDayOfMay + dayMs / 2;
  const { minutes, hours, days, grids } = tables;
  const writes = [
    ...minutes.writesOf([window(noon), window(noon + 60_000)]),
    ...hours.writesOf([window(noon)]),
    ...days.writesOf([window(floorToDay(noon))]),
    ...grids.writesOf([{ deviceId: 'cam-1', hour: noon, version: 1, cells: new Map() }]),
  ];
  assert.equal(writes.length, 5);
  assert.equal(new Set(writes.map(({ partition }) => partition)).size, 1);
  const [next] = days.writesOf([window(lastDayOfMay + dayMs)]);
  assert.notEqual(next?.partition, writes[0]?.partition);
});

test("a site's hour and day share a partition", () => {
  const values = { ...zeroWindow(), clusters: zeroClusters(), reportingDevices: 0 };
  const row = { scope: 'site/a', logPartition: 3, version: 1, values } as const;
  const [hour] = tables.scopeHours.writesOf([{ ...row, windowStart: lastDayOfMay + dayMs / 2 }]);
  const [day] = tables.scopeDays.writesOf([{ ...row, windowStart: lastDayOfMay }]);
  assert.equal(hour?.partition, day?.partition);
});
