import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { effectScope, nextTick } from 'vue';
import { listQueryOf, usePaged, type Asked } from '../../src/composables/use-paged.ts';
import { sortOf } from '../../src/components/table-rows.ts';

const initial: Asked = { q: '', sort: 'state', descending: false, page: 1 };
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A list of so many rows, which remembers what was asked for. */
function pagedOf(rows: { total: number }) {
  const calls: Asked[] = [];
  const load = async (asked: Asked) => {
    calls.push(asked);
    return { total: rows.total };
  };
  return { calls, paged: effectScope().run(() => usePaged({ initial, load }))! };
}

suite('usePaged', () => {
  test('asks for the page that is shown, and for nothing else', async () => {
    const { calls, paged } = pagedOf({ total: 10_000 });
    await settled();
    paged.ask({ page: 7 });
    await nextTick();
    await settled();
    assert.deepEqual(
      calls.map(({ page }) => page),
      [1, 7],
    );
  });

  test('begins with the first page of what is newly asked for', async () => {
    const { calls, paged } = pagedOf({ total: 10_000 });
    paged.ask({ page: 7 });
    await nextTick();
    paged.ask({ q: 'till', sort: 'name' });
    await nextTick();
    assert.deepEqual(calls.at(-1), { q: 'till', sort: 'name', descending: false, page: 1 });
  });

  test('goes to the last page where the list has become shorter', async () => {
    const rows = { total: 500 };
    const { calls, paged } = pagedOf(rows);
    paged.ask({ page: 10 });
    await nextTick();
    await settled();
    rows.total = 120;
    await paged.answer.refresh();
    await nextTick();
    assert.equal(paged.asked.value.page, 3);
    assert.equal(calls.at(-1)?.page, 3);
  });

  test('leaves out of the address what says nothing', () => {
    assert.deepEqual(listQueryOf(initial), { limit: 50, sort: 'state' });
    assert.deepEqual(listQueryOf({ q: ' a b ', sort: 'name', descending: true, page: 3 }), {
      ...{ limit: 50, offset: 100, q: 'a b', sort: 'name', descending: true },
    });
  });

  test('takes the order from the mark that is clicked', () => {
    const mark = { columnKey: 'name', sorter: true as const };
    assert.deepEqual(sortOf({ ...mark, order: 'descend' }, 'state'), {
      ...{ sort: 'name', descending: true },
    });
    const none = { sort: 'state', descending: false };
    assert.deepEqual(sortOf({ ...mark, order: false }, 'state'), none);
    assert.deepEqual(sortOf(null, 'state'), none);
  });
});
