import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeptAnswers } from '../../src/queries/kept-answers.ts';

function setUp() {
  const clock = { at: 0, now: () => clock.at };
  const kept = new KeptAnswers<number>({ clock, keptMs: 1_000, maxKept: 2 });
  let loads = 0;
  const load = async (): Promise<number> => ++loads;
  return { clock, kept, load };
}

test('an answer is used until it is too old', async () => {
  const { clock, kept, load } = setUp();
  assert.equal(await kept.get('a', load), 1);
  clock.at = 999;
  assert.equal(await kept.get('a', load), 1);
  clock.at = 1_000;
  assert.equal(await kept.get('a', load), 2);
  assert.equal(await kept.get('longer', load, 5_000), 3);
  clock.at = 5_999;
  assert.equal(await kept.get('longer', load, 5_000), 3);
});

test('an answer that is still being read is waited for, however long it takes', async () => {
  const { clock, kept, load } = setUp();
  const slow = Promise.withResolvers<number>();
  const first = kept.get('a', () => slow.promise);
  clock.at = 60_000;
  const second = kept.get('a', load);
  slow.resolve(7);
  assert.deepEqual(await Promise.all([first, second]), [7, 7]);
  assert.equal(await kept.get('a', load), 1);
});

test('a failure is told to all who wait for it, and not kept', async () => {
  const { kept, load } = setUp();
  const failing = Promise.withResolvers<number>();
  const both = [kept.get('a', () => failing.promise), kept.get('a', load)];
  failing.reject(new Error('the store is down'));
  for (const one of await Promise.allSettled(both)) assert.equal(one.status, 'rejected');
  assert.equal(await kept.get('a', load), 1);
});

test('the oldest goes where there are too many', async () => {
  const { kept, load } = setUp();
  for (const question of ['a', 'b', 'c']) await kept.get(question, load);
  assert.equal(await kept.get('c', load), 3);
  assert.equal(await kept.get('a', load), 4);
});
