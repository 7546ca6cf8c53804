import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  dayMs,
  floorToDay,
  forever,
  hourMs,
  versionsPerEpoch,
  zeroClusters,
  zeroWindow,
  type ErasureRow,
  type ObservationStore,
  type TimeRange,
} from '@emotion-fleet/observation-store';
import {
  anHour,
  healthMessage,
  ledgerBlock,
  ledgerRun,
  recordRow,
  statusMessage,
} from '../builders.ts';
import { always, newDevice } from './scope.ts';

const kinds = ['sample', 'visit', 'presence', 'gap'] as const;
const everything = { from: 0, to: forever };
const erasure = (deviceId: string, range: TimeRange): ErasureRow => ({
  ...{ deviceId, from: range.from, to: range.to, erasedAt: Date.now() },
});

/** Epochs, reservation and erasure. `getStore` is asked once the store is started. */
export function epochsAndErasuresContract(getStore: () => ObservationStore): void {
  let store: ObservationStore;
  before(() => {
    store = getStore();
  });

  /** Everything that can be known of a device, at these hours. */
  async function fill(deviceId: string, hours: readonly number[]): Promise<void> {
    const { epoch: version } = store;
    for (const [index, hour] of hours.entries()) {
      const values = { ...zeroWindow(), visits: 1 };
      const window = { deviceId, windowStart: hour, version, values };
      await store.putRecords(
        kinds.map((kind, seq) =>
          recordRow({ deviceId, kind, seq: index * 10 + seq, time: hour + seq * 1_000 }),
        ),
      );
      await store.putMinutes([window]);
      await store.putHours([{ ...window, logPartition: 4 }]);
      await store.putDays([{ ...window, windowStart: floorToDay(hour) }]);
      await store.putGrids([{ deviceId, hour, version, cells: new Map([[1, [1, 0, 0, 0, 0]]]) }]);
      await store.putHealth([{ deviceId, receivedAt: hour, message: healthMessage(1) }]);
    }
    await store.putLedgerBlocks([ledgerBlock({ deviceId, version, stored: [1] })]);
    await store.putLedgerRuns([ledgerRun({ deviceId, version, headSeq: 2 })]);
    await store.putDeviceStatus({
      ...{ deviceId, receivedAt: Date.now(), message: statusMessage(1, 'online') },
    });
  }

  async function rowsOf(deviceId: string): Promise<Record<string, number[]>> {
    const slices = [anHour, anHour - hourMs, anHour - 25 * hourMs].map((hour) =>
      store.readHourSlice(hour, 4),
    );
    const statuses = await store.readDeviceStatuses();
    const starts = (rows: readonly { windowStart: number }[]) =>
      rows.map(({ windowStart }) => windowStart);
    return {
      records: (await store.readRecords({ deviceId, ...always })).map(({ record }) => record.seq),
      minutes: starts(await store.readMinutes(deviceId, always)),
      hours: starts(await store.readHours(deviceId, always)),
      slices: starts(
        (await Promise.all(slices)).flat().filter((row) => row.deviceId === deviceId),
      ).sort((a, b) => a - b),
      days: starts(await store.readDays(deviceId, always)),
      grids: (await store.readGrids(deviceId, always)).map(({ hour }) => hour),
      health: (await store.readHealth(deviceId, always)).map(({ receivedAt }) => receivedAt),
      ledger: [
        ...(await store.readLedgerBlocks(deviceId)).map(({ block }) => block),
        ...(await store.readLedgerRuns(deviceId)).map(({ headSeq }) => headSeq),
      ],
      status: statuses.filter((row) => row.deviceId === deviceId).map(() => 1),
    };
  }
  const nothing = {
    ...{ records: [], minutes: [], hours: [], slices: [], days: [], grids: [], health: [] },
    ...{ ledger: [], status: [] },
  };

  describe('epochs', () => {
    test('a new epoch stands above every version of the one before, however soon it comes', async () => {
      const { epoch } = await store.refresh();
      const next = await store.beginEpoch();
      assert.ok(next >= epoch + versionsPerEpoch);
      assert.ok(Number.isSafeInteger(next));
      assert.equal(store.epoch, next);
      assert.equal((await store.refresh()).epoch, next);
      assert.ok((await store.beginEpoch()) >= next + versionsPerEpoch);
    });

    test('what was computed in an older epoch can not replace what a newer one says', async () => {
      const deviceId = newDevice();
      const old = store.epoch;
      const row = (version: number, visits: number) => ({
        ...{ deviceId, windowStart: anHour, version, values: { ...zeroWindow(), visits } },
      });
      await store.putMinutes([row(old + 1_000_000, 9)]);
      await store.putMinutes([row(await store.beginEpoch(), 3)]);
      await store.putMinutes([row(old + 2_000_000, 10)]);
      const [read] = await store.readMinutes(deviceId, always);
      assert.equal(read?.values.visits, 3);
    });

    test('the windows are reserved by one owner at a time, who may keep them', async () => {
      assert.equal((await store.refresh()).isReserved, false);
      assert.equal(await store.reserve('one'), true);
      assert.equal(await store.reserve('other'), false);
      assert.equal(await store.reserve('one'), true);
      assert.equal((await store.refresh()).isReserved, true);
      await store.release('other');
      assert.equal((await store.refresh()).isReserved, true);
      await store.release('one');
      assert.equal((await store.refresh()).isReserved, false);
      assert.equal(await store.reserve('other'), true);
      await store.release('other');
    });
  });

  describe('erasures', () => {
    test('all rows of a device go, and those of others stay', async () => {
      const [erased, other] = [newDevice(), newDevice()];
      for (const deviceId of [erased, other]) await fill(deviceId, [anHour, anHour - 25 * hourMs]);
      const before = await rowsOf(other);
      const { epoch } = store;
      await store.erase({ devices: [erasure(erased, everything)], scopes: [] });
      assert.deepEqual(await rowsOf(erased), nothing);
      assert.deepEqual(await rowsOf(other), before);
      assert.ok(store.epoch > epoch);
      assert.ok((await store.refresh()).erasures.coversDevice(erased));
    });

    test('nothing that is written of it afterwards is kept, in whichever epoch', async () => {
      const deviceId = newDevice();
      await store.erase({ devices: [erasure(deviceId, everything)], scopes: [] });
      await fill(deviceId, [anHour, anHour + hourMs]);
      await store.beginEpoch();
      await fill(deviceId, [anHour]);
      assert.deepEqual(await rowsOf(deviceId), nothing);
    });

    test('of a device that has moved only the hours of one site go', async () => {
      const deviceId = newDevice();
      const hours = [anHour - 25 * hourMs, anHour - hourMs, anHour];
      await fill(deviceId, hours);
      const range = { from: anHour - hourMs, to: anHour };
      const erase = () => store.erase({ devices: [erasure(deviceId, range)], scopes: [] });
      await erase();
      await fill(deviceId, hours);
      await erase();
      const kept = [anHour - 25 * hourMs, anHour];
      assert.deepEqual(await rowsOf(deviceId), {
        ...{ records: [0, 1, 2, 3, 20, 21, 22, 23], minutes: kept, hours: kept, slices: kept },
        days: [...new Set(hours.map(floorToDay))],
        ...{ grids: kept, health: kept, ledger: [0, 2], status: [1] },
      });
    });

    test('days that lie in the erased time go, those of which hours are left may be written', async () => {
      const deviceId = newDevice();
      const day = floorToDay(anHour) - 3 * dayMs;
      const put = (starts: readonly number[]) =>
        store.putDays(
          starts.map((windowStart) => ({
            ...{ deviceId, windowStart, version: store.epoch, values: zeroWindow() },
          })),
        );
      const days = [day - dayMs, day, day + dayMs, day + 2 * dayMs];
      await put(days);
      const range = { from: day - hourMs, to: day + 2 * dayMs };
      await store.erase({ devices: [erasure(deviceId, range)], scopes: [] });
      await put(days);
      const read = await store.readDays(deviceId, always);
      assert.deepEqual(
        read.map(({ windowStart }) => windowStart),
        [day - dayMs, day + 2 * dayMs],
      );
    });

    test('the sums of a site go; new ones may come', async () => {
      const scope = `site/${newDevice()}` as const;
      const other = `site/${newDevice()}` as const;
      const values = { ...zeroWindow(), reportingDevices: 1, clusters: zeroClusters() };
      const row = () => ({
        ...{ windowStart: anHour, logPartition: 1, version: store.epoch, values },
      });
      const put = (of: typeof scope) =>
        Promise.all([
          store.putScopeHours([{ scope: of, ...row() }]),
          store.putScopeDays([{ scope: of, ...row() }]),
        ]);
      const count = async (of: typeof scope) =>
        (await store.readScopeHours(of, always)).length +
        (await store.readScopeDays(of, always)).length;
      await put(scope);
      await put(other);
      await store.erase({ devices: [], scopes: [scope] });
      assert.deepEqual([await count(scope), await count(other)], [0, 2]);
      await put(scope);
      assert.equal(await count(scope), 2);
    });
  });
}
