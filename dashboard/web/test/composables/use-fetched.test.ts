import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { effectScope, nextTick, ref } from 'vue';
import { useFetched } from '../../src/composables/use-fetched.ts';

/** A load whose answers are in the test's hands. */
function manualLoad() {
  const calls: {
    signal: AbortSignal;
    answer: (text: string) => void;
    fail: (error: Error) => void;
  }[] = [];
  const load = (signal: AbortSignal) =>
    new Promise<string>((resolve, reject) => {
      calls.push({ signal, answer: resolve, fail: reject });
    });
  return { calls, load };
}

function fetchedIn(key = ref('a')) {
  const { calls, load } = manualLoad();
  const scope = effectScope();
  const fetched = scope.run(() => useFetched({ key: () => key.value, load }))!;
  return { calls, fetched, key, scope };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

suite('useFetched', () => {
  test('loads at once and shows the answer', async () => {
    const { calls, fetched } = fetchedIn();
    assert.equal(fetched.isLoading.value, true);
    calls[0]!.answer('first');
    await settled();
    assert.equal(fetched.data.value, 'first');
    assert.equal(fetched.isLoading.value, false);
  });

  test('keeps the old answer on the page while a newer one is fetched', async () => {
    const { calls, fetched, key } = fetchedIn();
    calls[0]!.answer('first');
    await settled();
    key.value = 'b';
    await nextTick();
    assert.equal(fetched.data.value, 'first');
    assert.equal(fetched.isStale.value, true);
    calls[1]!.answer('second');
    await settled();
    assert.equal(fetched.data.value, 'second');
    assert.equal(fetched.isStale.value, false);
  });

  test('calls off a request whose answer nobody wants any more', async () => {
    const { calls, fetched, key } = fetchedIn();
    key.value = 'b';
    await nextTick();
    assert.equal(calls[0]!.signal.aborted, true);
    calls[1]!.answer('second');
    calls[0]!.answer('first, too late');
    await settled();
    assert.equal(fetched.data.value, 'second');
  });

  test('asks once while the same request runs', async () => {
    const { calls, fetched } = fetchedIn();
    const both = Promise.all([fetched.refresh(), fetched.refresh()]);
    calls[0]!.answer('first');
    await both;
    assert.equal(calls.length, 1);
  });

  test('keeps the last good answer beside an error, and forgets the error after the next good one', async () => {
    const { calls, fetched } = fetchedIn();
    calls[0]!.answer('first');
    await settled();
    const failing = fetched.refresh();
    calls[1]!.fail(new Error('broken'));
    await failing;
    assert.equal(fetched.data.value, 'first');
    assert.equal(fetched.error.value?.code, 'bad_response');
    const working = fetched.refresh();
    calls[2]!.answer('second');
    await working;
    assert.equal(fetched.error.value, undefined);
    assert.equal(fetched.data.value, 'second');
  });

  test('asks again after a load that failed at once', async () => {
    let calls = 0;
    const load = () => {
      calls += 1;
      if (calls === 1) throw new Error('broken');
      return Promise.resolve('second');
    };
    const fetched = effectScope().run(() => useFetched({ key: () => 'a', load }))!;
    await fetched.refresh();
    await settled();
    assert.equal(fetched.data.value, 'second');
  });

  test('stops with its component', async () => {
    const { calls, fetched, scope } = fetchedIn();
    scope.stop();
    assert.equal(calls[0]!.signal.aborted, true);
    calls[0]!.answer('too late');
    await settled();
    assert.equal(fetched.data.value, undefined);
  });
});
