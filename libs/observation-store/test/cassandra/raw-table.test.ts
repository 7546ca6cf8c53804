import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayMs } from '@emotion-fleet/observation-store';
import { rawTimestamp } from '../../src/cassandra/raw-table.ts';
import { anHour, recordRow } from '../builders.ts';

test('a raw timestamp falls with each ms of delay and stays near the time of the record', () => {
  const { record } = recordRow({ deviceId: 'cam-1', seq: 0, time: anHour });
  const after = (delayMs: number): number => rawTimestamp(record, record.observedAt + delayMs);
  assert.ok(after(0) > after(1));
  assert.ok(after(7 * dayMs) > after(7 * dayMs + 1));
  assert.ok(record.observedAt * 1_000 - after(7 * dayMs) < 11 * 60_000_000);
});
