import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  dayMs,
  hourMs,
  zeroWindow,
  type DeviceHourRow,
  type DeviceWindowRow,
  type GridRow,
  type ObservationStore,
  type ScopeWindowRow,
} from '@emotion-fleet/observation-store';
import { scopeWindowValues, windowValues } from '../arbitraries.ts';
import { anHour, ledgerBlock, ledgerRun } from '../builders.ts';
import { always, newDevice } from './scope.ts';

const visitsOnly = (visits: number): DeviceWindowRow['values'] => ({ ...zeroWindow(), visits });
const scopeValues = fc.sample(scopeWindowValues, { numRuns: 1, seed: 1 })[0]!;

/** Versioned rows: the highest version wins. `getStore` is asked once the store is started. */
export function versionedRowsContract(getStore: () => ObservationStore): void {
  let store: ObservationStore;
  before(() => {
    store = getStore();
  });
  describe('versioned rows', () => {
    /** Each kind of versioned row: one whose content tells which write it came from. */
    const tables = [
      {
        name: 'minutes',
        put: (id: string, version: number, mark: number) =>
          store.putMinutes([window(id, version, mark)]),
        read: async (id: string) => (await store.readMinutes(id, always)).map(markOfWindow),
      },
      {
        name: 'hours',
        put: (id: string, version: number, mark: number) =>
          store.putHours([{ ...window(id, version, mark), logPartition: 3 }]),
        read: async (id: string) => (await store.readHours(id, always)).map(markOfWindow),
      },
      {
        name: 'days',
        put: (id: string, version: number, mark: number) =>
          store.putDays([window(id, version, mark)]),
        read: async (id: string) => (await store.readDays(id, always)).map(markOfWindow),
      },
      {
        name: 'scope hours',
        put: (id: string, version: number, mark: number) =>
          store.putScopeHours([scopeWindow(id, version, mark)]),
        read: async (id: string) =>
          (await store.readScopeHours(`site/${id}`, always)).map(markOfWindow),
      },
      {
        name: 'scope days',
        put: (id: string, version: number, mark: number) =>
          store.putScopeDays([scopeWindow(id, version, mark)]),
        read: async (id: string) =>
          (await store.readScopeDays(`site/${id}`, always)).map(markOfWindow),
      },
      {
        name: 'grids',
        put: (deviceId: string, version: number, mark: number) =>
          store.putGrids([
            { deviceId, hour: anHour, version, cells: new Map([[5, [mark, 0, 0, 0, 0]]]) },
          ]),
        read: async (id: string) =>
          (await store.readGrids(id, always)).map((row) => row.cells.get(5)?.[0]),
      },
      {
        name: 'ledger blocks',
        put: (deviceId: string, version: number, mark: number) =>
          store.putLedgerBlocks([ledgerBlock({ deviceId, version, stored: [mark] })]),
        read: async (id: string) =>
          (await store.readLedgerBlocks(id)).map(({ stored }) =>
            Array.from({ length: 64 }, (_, seq) => seq).find(
              (seq) => ((stored[seq >> 3] ?? 0) >> (seq & 7)) & 1,
            ),
          ),
      },
      {
        name: 'ledger runs',
        put: (deviceId: string, version: number, mark: number) =>
          store.putLedgerRuns([ledgerRun({ deviceId, version, headSeq: mark })]),
        read: async (id: string) => (await store.readLedgerRuns(id)).map((row) => row.headSeq),
      },
    ];

    for (const { name: table, put, read } of tables) {
      test(`${table}: a lower version loses although it writes later`, async () => {
        const id = newDevice();
        await put(id, store.epoch + 20, 2);
        await put(id, store.epoch + 10, 1);
        assert.deepEqual(await read(id), [2]);
      });

      test(`${table}: an equal or higher version replaces the whole row`, async () => {
        const id = newDevice();
        await put(id, store.epoch + 10, 1);
        await put(id, store.epoch + 11, 2);
        assert.deepEqual(await read(id), [2]);
        await put(id, store.epoch + 11, 2);
        assert.deepEqual(await read(id), [2]);
      });

      test(`${table}: any order of writes ends at the highest version`, async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(fc.nat({ max: 63 }), { minLength: 1, maxLength: 6 }),
            async (marks) => {
              const id = newDevice();
              for (const mark of marks) await put(id, store.epoch + mark, mark);
              assert.deepEqual(await read(id), [Math.max(...marks)]);
            },
          ),
          { numRuns: 10 },
        );
      });
    }

    test('window values of every shape come back as they were', async () => {
      await fc.assert(
        fc.asyncProperty(windowValues, scopeWindowValues, async (values, ofScope) => {
          const id = newDevice();
          const row = { deviceId: id, windowStart: anHour, version: store.epoch, values };
          await store.putMinutes([row]);
          assert.deepEqual(await store.readMinutes(id, always), [row]);
          const hour: DeviceHourRow = { ...row, logPartition: 11 };
          await store.putHours([hour]);
          assert.deepEqual(await store.readHours(id, always), [hour]);
          const scope: ScopeWindowRow = {
            ...{ scope: `site/${id}`, windowStart: anHour, logPartition: 0 },
            ...{ version: store.epoch, values: ofScope },
          };
          await store.putScopeDays([scope]);
          assert.deepEqual(await store.readScopeDays(`site/${id}`, always), [scope]);
        }),
        { numRuns: 10 },
      );
    });

    test('windows are read in order of their start, half open, over months and years', async () => {
      const deviceId = newDevice();
      const starts = [-400, -40, -1, 0, 1].map((days) => anHour + days * dayMs);
      const rows = starts.map((windowStart) => ({
        ...{ deviceId, windowStart, version: store.epoch, logPartition: 1 },
        values: visitsOnly(1),
      }));
      await store.putHours(rows.toReversed());
      assert.deepEqual(await store.readHours(deviceId, always), rows);
      const range = { from: starts[1]!, to: starts[3]! };
      assert.deepEqual(await store.readHours(deviceId, range), rows.slice(1, 3));
    });

    test('an hour slice holds the devices of one partition in one hour', async () => {
      const devices = [newDevice(), newDevice(), newDevice()].sort();
      // An hour that no other test uses, since slices cross devices.
      const hour = anHour - 1_000 * hourMs;
      const row = (deviceId: string, windowStart: number, logPartition: number): DeviceHourRow => ({
        ...{ deviceId, windowStart, logPartition, version: store.epoch },
        values: visitsOnly(1),
      });
      const wanted = [row(devices[0]!, hour, 4), row(devices[1]!, hour, 4)];
      await store.putHours([
        ...wanted,
        row(devices[2]!, hour, 5),
        row(devices[0]!, hour + hourMs, 4),
      ]);
      assert.deepEqual(await store.readHourSlice(hour, 4), wanted);
    });

    test('a scope window has one row for each log partition', async () => {
      const scope = `site/${newDevice()}` as const;
      const rows = [0, 7, 11].map((logPartition) => ({
        ...{ scope, windowStart: anHour, logPartition, version: store.epoch },
        values: scopeValues,
      }));
      await store.putScopeHours(rows.toReversed());
      assert.deepEqual(await store.readScopeHours(scope, always), rows);
    });

    test('the fleet is a scope like a site', async () => {
      const windowStart = anHour - 2_000 * hourMs;
      const row: ScopeWindowRow = {
        ...{ scope: 'fleet', windowStart, logPartition: 2, version: store.epoch },
        values: scopeValues,
      };
      await store.putScopeHours([row]);
      const range = { from: windowStart, to: windowStart + hourMs };
      assert.deepEqual(await store.readScopeHours('fleet', range), [row]);
    });

    test('grids come back with every cell, empty ones included', async () => {
      const deviceId = newDevice();
      const row = (hour: number, cells: GridRow['cells']): GridRow => ({
        ...{ deviceId, hour, version: store.epoch, cells },
      });
      const rows = [
        row(anHour, new Map()),
        row(
          anHour + hourMs,
          new Map([
            [0, [1, 2, 3, 4, 5]],
            [575, [0, 0, 0, 0, 9]],
          ]),
        ),
      ];
      await store.putGrids(rows);
      assert.deepEqual(await store.readGrids(deviceId, always), rows);
      assert.deepEqual(await store.readGrids(deviceId, { from: anHour, to: anHour + hourMs }), [
        rows[0],
      ]);
    });
  });
}

function window(deviceId: string, version: number, visits: number): DeviceWindowRow {
  return { deviceId, windowStart: anHour, version, values: visitsOnly(visits) };
}

function scopeWindow(id: string, version: number, visits: number): ScopeWindowRow {
  const values = { ...scopeValues, visits };
  return { scope: `site/${id}`, windowStart: anHour, logPartition: 1, version, values };
}

function markOfWindow(row: { readonly values: { readonly visits: number } }): number {
  return row.values.visits;
}
