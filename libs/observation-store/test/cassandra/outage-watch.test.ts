import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { OutageWatch } from '../../src/cassandra/outage-watch.ts';

const intervalMs = 500;
const down = { code: 'unavailable', message: 'No node answers.' } as const;

/** A watch whose requests fail as long as there are `failures`. */
function watchWith(t: TestContext, failures: unknown[]) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let asked = 0;
  const watch = new OutageWatch({
    intervalMs,
    ask: async () => {
      asked += 1;
      if (failures.length > 0) throw failures.shift();
    },
  });
  watch.start();
  const pass = async (): Promise<void> => {
    t.mock.timers.tick(intervalMs);
    await new Promise(setImmediate);
  };
  return { watch, pass, asked: () => asked };
}

it('asks until it is answered, whatever the errors are', async (t) => {
  const { watch, pass, asked } = watchWith(t, [new Error('unknown to us'), 'not even an error']);
  watch.failed(down);
  watch.failed(down);
  await pass();
  await pass();
  assert.deepEqual(watch.fault, down);
  await pass();
  assert.equal(watch.fault, undefined);
  await pass();
  assert.equal(asked(), 3);
});

it("asks nothing once another's request has succeeded, and again after the next fault", async (t) => {
  const { watch, pass, asked } = watchWith(t, []);
  watch.failed(down);
  watch.succeeded();
  await pass();
  assert.equal(asked(), 0);
  watch.failed(down);
  await pass();
  assert.equal(asked(), 1);
});

it('asks nothing after its end', async (t) => {
  const { watch, pass, asked } = watchWith(t, []);
  watch.failed(down);
  watch.stop();
  watch.failed(down);
  await pass();
  assert.equal(asked(), 0);
});

it('remembers the newer fault that its own question meets, and asks once for it', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const slow = { code: 'timeout', message: 'Too slow.' } as const;
  let asked = 0;
  const watch: OutageWatch = new OutageWatch({
    intervalMs,
    ask: async () => {
      asked += 1;
      watch.failed(slow);
      throw new Error('too slow');
    },
  });
  watch.start();
  watch.failed(down);
  t.mock.timers.tick(intervalMs);
  await new Promise(setImmediate);
  assert.deepEqual(watch.fault, slow);
  t.mock.timers.tick(intervalMs);
  assert.equal(asked, 2);
  watch.stop();
});
