import type { DeviceHourRow, RecordRow } from '@emotion-fleet/observation-store';
import { MemoryObservationStore } from '@emotion-fleet/observation-store/testing';

const done = Promise.resolve();

/** Takes every row and keeps none. */
export class DoNothingStore extends MemoryObservationStore {
  /** How often raw rows were asked for. */
  rawReads = 0;
  hourWrites = 0;

  static async started(): Promise<DoNothingStore> {
    const store = new DoNothingStore();
    await store.start();
    return store;
  }

  override async readRecords(): Promise<RecordRow[]> {
    this.rawReads += 1;
    return [];
  }

  override async putHours(rows: readonly DeviceHourRow[]): Promise<void> {
    this.hourWrites += rows.length;
  }

  override putRecords(): Promise<void> {
    return done;
  }

  override putMinutes(): Promise<void> {
    return done;
  }

  override putDays(): Promise<void> {
    return done;
  }

  override putScopeHours(): Promise<void> {
    return done;
  }

  override putScopeDays(): Promise<void> {
    return done;
  }

  override putGrids(): Promise<void> {
    return done;
  }

  override putLedgerRuns(): Promise<void> {
    return done;
  }

  override putLedgerBlocks(): Promise<void> {
    return done;
  }
}
