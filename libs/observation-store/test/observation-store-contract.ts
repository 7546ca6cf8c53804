import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ObservationStore } from '@emotion-fleet/observation-store';
import { epochsAndErasuresContract } from './contract/epochs-and-erasures.ts';
import { ledgerAndStatusContract } from './contract/ledger-and-status.ts';
import { rawRowsContract } from './contract/raw-rows.ts';
import { versionedRowsContract } from './contract/versioned-rows.ts';

export interface StoreUnderTest {
  /** Not started yet. */
  readonly store: ObservationStore;
  /** Takes away what the store left behind; it is stopped by then. */
  readonly remove: () => Promise<void>;
}

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

    rawRowsContract(() => store);
    versionedRowsContract(() => store);
    ledgerAndStatusContract(() => store);
    epochsAndErasuresContract(() => store);
  });
}
