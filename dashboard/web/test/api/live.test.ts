import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveStream, type EventSourceLike, type LiveState } from '../../src/api/live.ts';

class FakeSource implements EventSourceLike {
  onopen: ((event: Event) => unknown) | null = null;
  onerror: ((event: Event) => unknown) | null = null;
  isClosed = false;
  readonly url: string;
  readonly #listeners = new Map<string, (event: MessageEvent<string>) => void>();

  constructor(url: string) {
    this.url = url;
  }

  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void {
    this.#listeners.set(type, listener);
  }

  close(): void {
    this.isClosed = true;
  }

  send(type: string, data: string): void {
    this.#listeners.get(type)?.(new MessageEvent(type, { data }));
  }

  fail(): void {
    this.onerror?.(new Event('error'));
  }
}

/** A stream whose connections and retries are in the test's hands. */
function openStream() {
  const sources: FakeSource[] = [];
  const retries: { task: () => void; delayMs: number; isCancelled: boolean }[] = [];
  const stream = new LiveStream({
    url: '/live',
    random: () => 1,
    open: (url) => {
      const source = new FakeSource(url);
      sources.push(source);
      return source;
    },
    later: (task, delayMs) => {
      const retry = { task, delayMs, isCancelled: false };
      retries.push(retry);
      return () => {
        retry.isCancelled = true;
      };
    },
  });
  const states: LiveState[] = [];
  stream.onState((state) => states.push(state));
  return { stream, sources, retries, states };
}

suite('live stream', () => {
  test('hands events to those who listen, until they stop', () => {
    const { stream, sources } = openStream();
    const heard: string[][] = [];
    const stop = stream.on('changed', ({ deviceIds }) => heard.push(deviceIds ?? []));
    stream.open();
    sources[0]!.send('changed', '{"deviceIds":["a"]}');
    sources[0]!.send('changed', '{"deviceIds":');
    stop();
    sources[0]!.send('changed', '{"deviceIds":["b"]}');
    assert.deepEqual(heard, [['a']]);
  });

  test('opens again, later and later, until it succeeds', () => {
    const { stream, sources, retries, states } = openStream();
    stream.open();
    for (let round = 0; round < 7; round += 1) {
      sources.at(-1)!.fail();
      retries.at(-1)!.task();
    }
    assert.deepEqual(
      retries.map(({ delayMs }) => delayMs),
      [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000],
    );
    sources.at(-1)!.onopen?.(new Event('open'));
    sources.at(-1)!.fail();
    assert.equal(retries.at(-1)?.delayMs, 1_000);
    assert.deepEqual(states.slice(-3), ['connecting', 'open', 'lost']);
    assert.ok(sources.every(({ isClosed }) => isClosed));
  });

  test('keeps one connection: another camera closes the one before', () => {
    const { stream, sources } = openStream();
    stream.open();
    stream.open('a b');
    stream.open('a b');
    assert.deepEqual(
      sources.map(({ url, isClosed }) => [url, isClosed]),
      [
        ['/live', true],
        ['/live?deviceId=a%20b', false],
      ],
    );
  });

  test('neither retries nor listens to an old connection once it is closed', () => {
    const { stream, sources, retries } = openStream();
    stream.open();
    sources[0]!.fail();
    stream.close();
    assert.ok(retries[0]!.isCancelled);
    stream.open();
    sources[0]!.fail();
    assert.equal(retries.length, 1);
    assert.equal(stream.state, 'connecting');
  });
});
