import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvColumns, csvLine, csvLines } from '../../src/queries/csv.ts';
import { suppressedObserved } from '../../src/queries/observed.ts';

test('quotes commas, quotes and line breaks', () => {
  assert.equal(
    csvLine(['a,b', 'say "x"', 'one\r\ntwo', 'plain']),
    '"a,b","say ""x""","one\r\ntwo",plain\r\n',
  );
});

test('disarms text that a spreadsheet would run', () => {
  assert.equal(
    csvLine(['=1+1', '+1', '-1', '@x', '\tx', '=HYPERLINK("http://x","y")']),
    `'=1+1,'+1,'-1,'@x,'\tx,"'=HYPERLINK(""http://x"",""y"")"\r\n`,
  );
});

test('leaves numbers alone, and writes nothing for null', () => {
  assert.equal(csvLine([-1.5, 0, null, true]), '-1.5,0,,true\r\n');
});

test('a suppressed window keeps its coverage and leaves the people out', () => {
  const from = '2026-03-01T09:00:00.000Z';
  const to = '2026-03-01T10:00:00.000Z';
  const windows = [{ from, to, ...suppressedObserved(), analysedMs: 5, expectedMs: 6 }];
  const [header, row] = [...csvLines('fleet', { from, to, stepMs: 3_600_000, windows })];
  assert.equal(header, `${csvColumns.join(',')}\r\n`);
  const cells = row!.trimEnd().split(',');
  assert.equal(cells.length, csvColumns.length);
  assert.deepEqual(cells.slice(0, 4), ['fleet', from, to, 'true']);
  assert.deepEqual(cells.slice(4, -2), new Array(csvColumns.length - 6).fill(''));
  assert.deepEqual(cells.slice(-2), ['6', '5']);
});
