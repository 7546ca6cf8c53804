import { types } from 'cassandra-driver';
import { logTopics } from '@emotion-fleet/contracts';
import { versionsPerEpoch } from '../epoch.ts';
import { forever } from '../erasure-list.ts';
import type { ErasureRequest } from '../observation-store.ts';
import type { ErasureRow, Scope } from '../rows.ts';
import { dayMs } from '../windows/time.ts';
import { bucketsOf, clip, hourBucket } from './buckets.ts';
import type { CassandraConnection } from './connection.ts';
import type { Statement } from './statement.ts';
import type { DeviceMessages } from './device-messages.ts';
import type { RawRecords } from './raw-records.ts';
import type { StoreStateTable } from './store-state.ts';
import type { VersionedTables } from './tables.ts';
import type { WrittenTime } from './written-time.ts';

export interface ErasureOptions {
  readonly connection: CassandraConnection;
  readonly state: StoreStateTable;
  readonly records: RawRecords;
  readonly messages: DeviceMessages;
  readonly tables: VersionedTables;
  readonly written: WrittenTime;
  readonly now: () => number;
  readonly rawRetentionMs: number;
}

/**
 * Deletes devices and scopes. Ranges are deleted whether there is something in them or not: an instance that is still
 * writing what it held in its hands writes below the deletion.
 */
export class Erasure {
  readonly #options: ErasureOptions;

  constructor(options: ErasureOptions) {
    this.#options = options;
  }

  /**
   * Every node has to take it part, or a node that was away would bring rows back once the others have forgotten that
   * they were deleted (`gc_grace_seconds`).
   *
   * @throws ObservationStoreError `unavailable` while a node is away
   */
  async run({ devices, scopes }: ErasureRequest): Promise<void> {
    const { state } = this.#options;
    await state.putErasures(devices);
    const epoch = await state.beginEpoch();
    for (const device of devices) {
      // First, since they are found by what stands in `hours_by_device`.
      await this.#deleteEverywhere(await this.#hourSliceDeletes(device, epoch));
      await this.#deleteEverywhere(this.#deviceDeletes(device, epoch));
    }
    for (const scope of scopes) {
      await this.#deleteEverywhere(this.#scopeDeletes(scope, epoch - 1));
    }
  }

  /**
   * What stands for erased time alone goes below all versions that the epoch will ever have, since nothing of it may
   * come. Minutes and grids have rows of the range only; a day that is erased in part stays for the caller.
   */
  #deviceDeletes({ deviceId, from, to }: ErasureRow, epoch: number): Statement[] {
    const { records, messages, tables, written } = this.#options;
    const { minutes, hours, days, grids, ledgerBlocks, ledgerRuns } = tables;
    const timestamp = epoch + versionsPerEpoch - 1;
    const whole = { from, to };
    const range = written.part(whole);
    const wholeDays = { from: Math.ceil(from / dayMs) * dayMs, to: to - dayMs + 1 };
    const deletes = [
      ...records.deletes(deviceId, whole, timestamp),
      ...messages.healthDeletes(deviceId, whole, timestamp),
      ...minutes.rangeDeletes(deviceId, written.minutes(whole), timestamp),
      ...hours.rangeDeletes(deviceId, range, timestamp),
      ...days.rangeDeletes(deviceId, written.part(wholeDays), timestamp),
      ...grids.rangeDeletes(deviceId, range, timestamp),
    ];
    if (to !== forever) return deletes;
    deletes.push(...messages.statusDeletes(deviceId, timestamp));
    if (from !== 0) return deletes;
    deletes.push(ledgerBlocks.partitionDelete([deviceId], [], timestamp));
    deletes.push(ledgerRuns.partitionDelete([deviceId], [], timestamp));
    return deletes;
  }

  /** The hours that are known, and all recent ones: an instance may be about to write one that isn't there yet. */
  async #hourSliceDeletes({ deviceId, from, to }: ErasureRow, epoch: number): Promise<Statement[]> {
    const { tables, written, now, rawRetentionMs } = this.#options;
    const { partitions } = logTopics.faceEmotions;
    const timestamp = epoch + versionsPerEpoch - 1;
    const range = written.part({ from, to });
    const known = await tables.hours.readRange(deviceId, range);
    // Of a device without hours nothing here says where it is in the log: anywhere.
    const logPartitions =
      known[0] === undefined ? [...Array(partitions).keys()] : [known[0].logPartition];
    const recent = clip(range, { from: now() - rawRetentionMs, to: range.to });
    const hours = new Set(known.map(({ windowStart }) => windowStart));
    for (const hour of bucketsOf(hourBucket, recent)) hours.add(hour);
    return [...hours].flatMap((hour) =>
      logPartitions.map((logPartition) =>
        tables.hoursByWindow.partitionDelete([hour, logPartition], [deviceId], timestamp),
      ),
    );
  }

  #scopeDeletes(scope: Scope, timestamp: number): Statement[] {
    const { tables, written } = this.#options;
    const range = written.part({ from: 0, to: forever });
    return [
      ...tables.scopeHours.rangeDeletes(scope, range, timestamp),
      ...tables.scopeDays.rangeDeletes(scope, range, timestamp),
    ];
  }

  async #deleteEverywhere(deletes: readonly Statement[]): Promise<void> {
    const groups = deletes.map((statement) => [statement]);
    await this.#options.connection.write(groups, { consistency: types.consistencies.all });
  }
}
