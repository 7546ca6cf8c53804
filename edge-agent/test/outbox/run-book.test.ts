import assert from 'node:assert/strict';
import test from 'node:test';
import { Run } from '../../src/outbox/run.ts';
import { RunBook } from '../../src/outbox/run-book.ts';

const current = 'current';

function bookWithCompleteRun(): RunBook {
  const earlier = new Run({
    ...{ ordinal: 1, runId: 'earlier', headSeq: 2, settled: [{ from: 0, end: 2 }] },
  });
  return new RunBook({ earlier: [earlier], current: new Run({ ordinal: 2, runId: current }) });
}

function ack(book: RunBook, seq: number): void {
  book.ack([{ ordinal: 2, seq, observedAtMs: 0, covers: undefined }]);
}

function runIdsOf(book: RunBook): string[] {
  return book.runs.map(({ runId }) => runId);
}

test('forgets a complete run at the ack of the record that reported it, and of no other', () => {
  const book = bookWithCompleteRun();
  const [other, report] = [book.allocate(), book.allocate()];
  assert.deepEqual(
    book.report(report).map(({ runId, ackedBelow }) => [runId, ackedBelow]),
    [
      ['earlier', 2],
      [current, 0],
    ],
  );
  ack(book, other);
  assert.deepEqual(runIdsOf(book), ['earlier', current]);
  ack(book, report);
  assert.deepEqual(runIdsOf(book), [current]);
});

test('reports a complete run again where the record that reported it was given up', () => {
  const book = bookWithCompleteRun();
  const first = book.allocate();
  book.report(first);
  book.declare({ ofRunId: current, from: first, end: first + 1, reason: 'outbox_full' });
  const second = book.allocate();
  book.report(second);
  ack(book, second);
  assert.deepEqual(runIdsOf(book), [current]);
});
