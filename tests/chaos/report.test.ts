import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Balance } from '../support/balance.ts';
import { verdictOf } from './report.ts';

const clean: Balance = {
  ...{ detections: 1_000, stored: 1_000, declared: 0, unsynced: 40 },
  ...{ lost: 0, doubled: 0, unexplained: 0, falselyDeclared: 0, astray: 0 },
  ...{ ledgerEqual: true, rollupsEqual: true, findings: [] },
};
const limits = { wantedDetections: 1_000, unsyncedLimit: 40 };

test('a run with as many records as wanted and none missing is clean', () => {
  assert.equal(verdictOf(clean, limits), 'clean');
});

test('a run with fewer records than wanted is faulty', () => {
  assert.equal(verdictOf({ ...clean, detections: 999 }, limits), 'faulty');
});

test('a run whose kills cost more than what is made between two fsyncs is faulty', () => {
  assert.equal(verdictOf({ ...clean, unsynced: 41 }, limits), 'faulty');
});
