import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Limiter, runAll } from '../../src/cassandra/limiter.ts';

/** Calls that run until they are ended one by one, and how many there are. */
class Works {
  readonly begun: number[] = [];
  readonly #ends = new Map<number, PromiseWithResolvers<number>>();

  run(n: number): Promise<number> {
    this.begun.push(n);
    const end = Promise.withResolvers<number>();
    this.#ends.set(n, end);
    return end.promise;
  }

  async end(n: number, error?: Error): Promise<void> {
    if (error === undefined) this.#ends.get(n)!.resolve(n);
    else this.#ends.get(n)!.reject(error);
    await new Promise(setImmediate);
  }
}

it('runs as many as its limit, the others in the order in which they came, also after a failure', async () => {
  const limiter = new Limiter(2);
  const works = new Works();
  const results = Promise.allSettled([0, 1, 2, 3].map((n) => limiter.run(() => works.run(n))));
  assert.deepEqual(works.begun, [0, 1]);
  await works.end(1, new Error('no'));
  assert.deepEqual(works.begun, [0, 1, 2]);
  await works.end(0);
  assert.deepEqual(works.begun, [0, 1, 2, 3]);
  await works.end(2);
  await works.end(3);
  const states = (await results).map(({ status }) => status);
  assert.deepEqual(states, ['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
});

it('is idle when nothing runs or waits', async () => {
  const limiter = new Limiter(1);
  await limiter.idle();
  const works = new Works();
  const results = [0, 1].map((n) => limiter.run(() => works.run(n)));
  let isIdle = false;
  const idle = limiter.idle().then(() => (isIdle = true));
  await works.end(0);
  assert.equal(isIdle, false);
  await works.end(1);
  await idle;
  assert.deepEqual(await Promise.all(results), [0, 1]);
});

it('begins nothing more of them once one has failed, and rejects when those under way have ended', async () => {
  const limiter = new Limiter(2);
  const works = new Works();
  const all = runAll([0, 1, 2].map((n) => ({ limiter, run: () => works.run(n) })));
  let isOver = false;
  const rejected = assert.rejects(all, /no/).then(() => (isOver = true));
  await works.end(0, new Error('no'));
  assert.equal(isOver, false);
  await works.end(1);
  await rejected;
  assert.deepEqual(works.begun, [0, 1]);
});

it('gives the results in the order of the works', async () => {
  const limiter = new Limiter(2);
  const works = new Works();
  const all = runAll([0, 1].map((n) => ({ limiter, run: () => works.run(n) })));
  await works.end(1);
  await works.end(0);
  assert.deepEqual(await all, [0, 1]);
});
