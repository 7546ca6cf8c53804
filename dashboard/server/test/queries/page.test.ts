import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pageOf, type PageQuery } from '../../src/queries/page.ts';

const items = ['c', 'a', 'b'];
const byId = (query: PageQuery, of: readonly string[] = items) =>
  pageOf({ items: of, idOf: (id) => id, compare: undefined, query });

test('pages follow each other without a gap until there is no next', () => {
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const { items: page, next } = byId({ limit: 2, ...(after !== undefined && { after }) });
    seen.push(...page);
    after = next ?? undefined;
  } while (after !== undefined);
  assert.deepEqual(seen, ['a', 'b', 'c']);
});

test('a page that holds the rest has no next', () => {
  assert.equal(byId({ limit: 3 }).next, null);
});

test('pages by offset hold each row once in any order, and say how many there are', () => {
  const rows = fc.uniqueArray(
    fc.record({ id: fc.string({ maxLength: 4 }), size: fc.integer({ min: 0, max: 3 }) }),
    { selector: ({ id }) => id, maxLength: 30 },
  );
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 7 }), fc.boolean(), (all, limit, descending) => {
      const seen = [];
      for (let offset = 0; offset < all.length; offset += limit) {
        const page = pageOf({
          items: all,
          idOf: ({ id }) => id,
          compare: (a, b) => a.size - b.size,
          query: { limit, offset, descending },
        });
        assert.equal(page.total, all.length);
        assert.equal(page.next, null);
        seen.push(...page.items);
      }
      const sign = descending ? -1 : 1;
      const sorted = all.toSorted((a, b) => sign * (a.size - b.size) || (a.id < b.id ? -1 : 1));
      assert.deepEqual(seen, sorted);
    }),
  );
});

test('ids may descend, too; only ascending ones can be followed by "after"', () => {
  assert.deepEqual(byId({ descending: true }).items, ['c', 'b', 'a']);
  assert.throws(() => byId({ descending: true, after: 'b' }), { code: 'bad_parameter' });
  const bySize = { items, idOf: (id: string) => id, compare: () => 0, query: { after: 'a' } };
  assert.throws(() => pageOf(bySize), { code: 'bad_parameter' });
});
