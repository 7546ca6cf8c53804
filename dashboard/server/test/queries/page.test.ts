import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageOf } from '../../src/queries/page.ts';

const items = ['c', 'a', 'b'];

test('pages follow each other without a gap until there is no next', () => {
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const query = { limit: 2, ...(after !== undefined && { after }) };
    const { page, next } = pageOf({ items, idOf: (id) => id, query });
    seen.push(...page);
    after = next ?? undefined;
  } while (after !== undefined);
  assert.deepEqual(seen, ['a', 'b', 'c']);
});

test('a page that holds the rest has no next', () => {
  assert.equal(pageOf({ items, idOf: (id) => id, query: { limit: 3 } }).next, null);
});
