import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import {
  hourMs,
  dayMs,
  minuteMs,
  zeroWindow,
  type DeviceHourRow,
  type DeviceWindowRow,
  type GridRow,
  type LedgerBlockRow,
  type LedgerRunRow,
  type ObservationStore,
  type RecordRow,
  type ScopeWindowRow,
  type TimeRange,
} from '@emotion-fleet/observation-store';
import { scopeWindowValues, windowValues } from './arbitraries.ts';
import {
  aRun,
  anHour,
  anotherRun,
  healthMessage,
  ledgerBlock,
  recordRow,
  statusMessage,
} from './builders.ts';

export interface StoreUnderTest {
  /** Not started yet. */
  readonly store: ObservationStore;
  /** Takes away what the store left behind; it is stopped by then. */
  readonly remove: () => Promise<void>;
}

const always: TimeRange = { from: 0, to: 4_000_000_000_000 };
const kinds = ['sample', 'visit', 'presence', 'gap'] as const;

/** Ids of its own for each test, so that all share one store: making one may take seconds. */
const newDevice = (): string => `cam-${randomUUID()}`;
const visitsOnly = (visits: number): DeviceWindowRow['values'] => ({ ...zeroWindow(), visits });
const scopeValues = fc.sample(scopeWindowValues, { numRuns: 1, seed: 1 })[0]!;
const identityOf = (row: RecordRow): string => `${row.record.runId}/${row.record.seq}`;

/** What every adapter of `ObservationStore` must do. */
export function observationStoreContract(
  name: string,
  create: () => Promise<StoreUnderTest>,
): void {
  describe(`${name} as an observation store`, () => {
    let store: ObservationStore;
    let remove: () => Promise<void>;
    before(async () => {
      ({ store, remove } = await create());
      await assert.rejects(store.readDeviceStatuses(), { code: 'stopped' });
      assert.equal(store.health().state, 'down');
      await store.start();
    });
    after(async () => {
      await store.stop();
      await assert.rejects(store.putRecords([]), { code: 'stopped' });
      await remove();
    });

    test('is healthy once started and has an epoch in microseconds', () => {
      assert.equal(store.health().state, 'ok');
      assert.ok(Math.abs(store.epoch / 1_000 - Date.now()) < 60_000);
      assert.ok(Number.isSafeInteger(store.epoch));
    });

    describe('raw rows', () => {
      test('gives records of every kind back as they were', async () => {
        const deviceId = newDevice();
        const rows = kinds.map((kind, seq) =>
          recordRow({ deviceId, kind, seq, time: anHour + seq * 1_000 }),
        );
        await store.putRecords(rows);
        assert.deepEqual(await store.readRecords({ deviceId, ...always }), rows);
      });

      test('stores a record once when it is delivered again, and keeps its first receivedAt', async () => {
        const deviceId = newDevice();
        const row = recordRow({ deviceId, seq: 0, time: anHour });
        const again = { ...row, receivedAt: row.receivedAt + 60_000 };
        await store.putRecords([row, again]);
        await store.putRecords([again]);
        assert.deepEqual(await store.readRecords({ deviceId, ...always }), [row]);
      });

      test('keeps apart the same seq of two runs and of two devices', async () => {
        const [one, other] = [newDevice(), newDevice()];
        const row = recordRow({ deviceId: one, seq: 0, time: anHour });
        const rows = [
          row,
          recordRow({ deviceId: one, runId: anotherRun, seq: 0, time: anHour }),
          { ...row, deviceId: other },
        ];
        await store.putRecords(rows);
        assert.equal((await store.readRecords({ deviceId: one, ...always })).length, 2);
        assert.equal((await store.readRecords({ deviceId: other, ...always })).length, 1);
      });

      test('reads in order of time, run and seq, whatever the order of writing', async () => {
        const deviceId = newDevice();
        const rows = [
          recordRow({ deviceId, seq: 3, time: anHour }),
          recordRow({ deviceId, kind: 'visit', seq: 10, time: anHour }),
          recordRow({ deviceId, runId: anotherRun, seq: 1, time: anHour }),
          recordRow({ deviceId, kind: 'presence', seq: 1, time: anHour + 1 }),
          recordRow({ deviceId, kind: 'gap', seq: 0, time: anHour + 2 }),
        ];
        await store.putRecords(rows.toReversed());
        assert.deepEqual(await store.readRecords({ deviceId, ...always }), rows);
      });

      test('ranges are half open, and a visit stands at its start', async () => {
        const deviceId = newDevice();
        const times = [anHour - 1, anHour, anHour + minuteMs - 1, anHour + minuteMs];
        await store.putRecords([
          ...times.map((time, seq) => recordRow({ deviceId, seq, time })),
          recordRow({ deviceId, kind: 'visit', seq: 9, time: anHour + minuteMs - 1 }),
        ]);
        const read = await store.readRecords({ deviceId, from: anHour, to: anHour + minuteMs });
        assert.deepEqual(
          read.map((row) => row.record.seq),
          [1, 2, 9],
        );
      });

      test('reads the kinds and the number asked for, earliest first, over hours and days', async () => {
        const deviceId = newDevice();
        const rows = Array.from({ length: 12 }, (_, seq) =>
          recordRow({
            deviceId,
            kind: kinds[seq % 4]!,
            seq,
            time: anHour - (12 - seq) * 5 * hourMs,
          }),
        );
        await store.putRecords(rows);
        const visitsAndGaps = await store.readRecords({
          ...{ deviceId, ...always },
          ...{ kinds: ['visit', 'gap'] as const, limit: 3 },
        });
        assert.deepEqual(visitsAndGaps, [rows[1], rows[3], rows[5]]);
      });

      test('reads and scans many pages without hole or double', async () => {
        const deviceId = newDevice();
        const rows = Array.from({ length: 5_000 }, (_, seq) =>
          // Many share a moment, so that a page ends among equals.
          recordRow({ deviceId, seq, time: anHour + Math.floor(seq / 700) }),
        );
        await store.putRecords(rows);
        const read = await store.readRecords({ deviceId, ...always });
        assert.deepEqual(read.map(identityOf), rows.map(identityOf));
        const scanned: string[] = [];
        for await (const row of store.scanRecords()) {
          if (row.deviceId === deviceId) scanned.push(identityOf(row));
        }
        assert.equal(scanned.length, rows.length);
        assert.deepEqual(new Set(scanned), new Set(rows.map(identityOf)));
      });

      test('a replay does not bring back what has outlived its time', async () => {
        const deviceId = newDevice();
        const time = Date.now() - 400 * dayMs;
        await store.putRecords([recordRow({ deviceId, seq: 0, time })]);
        assert.deepEqual(await store.readRecords({ deviceId, ...always }), []);
      });

      test('any deliveries of any records, in any order, leave each record once', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 10 }), { maxLength: 6 }),
            async (batches) => {
              const deviceId = newDevice();
              for (const [index, batch] of batches.entries()) {
                const rows = batch.map((seq) => {
                  const kind = kinds[seq % 4]!;
                  const row = recordRow({ deviceId, kind, seq, time: anHour + seq });
                  return { ...row, receivedAt: row.receivedAt + index };
                });
                await store.putRecords(rows);
              }
              const read = await store.readRecords({ deviceId, ...always });
              const expected = [...new Set(batches.flat())].sort((a, b) => a - b);
              assert.deepEqual(
                read.map((row) => row.record.seq),
                expected,
              );
            },
          ),
          { numRuns: 20 },
        );
      });
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
        const row = (
          deviceId: string,
          windowStart: number,
          logPartition: number,
        ): DeviceHourRow => ({
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

    describe('ledger', () => {
      test('bitmaps come back bit by bit, in order of run and block', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.uint8Array({ minLength: 512, maxLength: 512 }),
            fc.uint8Array({ minLength: 512, maxLength: 512 }),
            async (stored, declared) => {
              const deviceId = newDevice();
              const version = store.epoch;
              const rows = [
                { ...ledgerBlock({ deviceId, version, block: 0 }), stored, declared },
                ledgerBlock({ deviceId, version, block: 10, stored: [0, 4_095] }),
                ledgerBlock({ deviceId, version, runId: anotherRun, stored: [7] }),
              ];
              await store.putLedgerBlocks(rows.toReversed());
              const read = await store.readLedgerBlocks(deviceId);
              assert.deepEqual(read.map(plainBitmaps), rows.map(plainBitmaps));
              const ofRun = await store.readLedgerBlocks(deviceId, anotherRun);
              assert.deepEqual(ofRun.map(plainBitmaps), [plainBitmaps(rows[2]!)]);
            },
          ),
          { numRuns: 5 },
        );
      });

      test('a bitmap that its owner changes after the write is not changed in the store', async () => {
        const deviceId = newDevice();
        const row = ledgerBlock({ deviceId, version: store.epoch, stored: [1] });
        await store.putLedgerBlocks([row]);
        row.stored[0] = 255;
        assert.equal((await store.readLedgerBlocks(deviceId))[0]?.stored[0], 2);
      });

      test('what a device says of its runs is kept by run', async () => {
        const deviceId = newDevice();
        const rows = [
          ledgerRun({ deviceId, version: store.epoch, headSeq: 10 }),
          { ...ledgerRun({ deviceId, version: store.epoch, headSeq: 0 }), runId: anotherRun },
        ];
        await store.putLedgerRuns(rows.toReversed());
        assert.deepEqual(await store.readLedgerRuns(deviceId), rows);
      });
    });

    describe('status and health', () => {
      test('the highest connectSeq wins; among equals the later receivedAt', async () => {
        const deviceId = newDevice();
        const put = (connectSeq: number, receivedAt: number, state: 'online' | 'offline') =>
          store.putDeviceStatus({
            deviceId,
            receivedAt,
            message: statusMessage(connectSeq, state),
          });
        const state = async () => {
          const rows = await store.readDeviceStatuses();
          return rows.find((row) => row.deviceId === deviceId)?.message.state;
        };
        await put(2, anHour, 'online');
        // The will of the old connection, delivered late.
        await put(1, anHour + 5_000, 'offline');
        assert.equal(await state(), 'online');
        await put(2, anHour + 6_000, 'offline');
        assert.equal(await state(), 'offline');
        await put(2, anHour, 'online');
        assert.equal(await state(), 'offline');
        await put(3, anHour + 7_000, 'online');
        assert.equal(await state(), 'online');
      });

      test('health is kept by the time it arrived', async () => {
        const deviceId = newDevice();
        const rows = [0, 30_000, 60_000].map((ms) => ({
          ...{ deviceId, receivedAt: anHour + ms, message: healthMessage(ms) },
        }));
        await store.putHealth(rows.toReversed());
        await store.putHealth(rows);
        assert.deepEqual(
          await store.readHealth(deviceId, { from: anHour, to: anHour + 60_000 }),
          rows.slice(0, 2),
        );
      });
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

function ledgerRun(row: Pick<LedgerRunRow, 'deviceId' | 'version' | 'headSeq'>): LedgerRunRow {
  return { ...row, runId: aRun, ackedBelow: 0, firstAt: anHour, lastAt: anHour + 1 };
}

/** Buffers and typed arrays with the same bytes are the same here. */
function plainBitmaps(row: LedgerBlockRow): object {
  const { stored, declared, rejected } = row;
  return {
    ...row,
    stored: [...stored],
    declared: [...declared],
    rejected: [...rejected],
  };
}
