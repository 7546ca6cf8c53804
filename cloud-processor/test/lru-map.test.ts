import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LruMap } from '../src/lru-map.ts';

const never = () => false;

function filled(...keys: readonly string[]): LruMap<string, number> {
  const map = new LruMap<string, number>();
  keys.forEach((key, index) => map.set(key, index));
  return map;
}

function trimmed(map: LruMap<string, number>, isTooMuch: (size: number) => boolean, idleMs = 10) {
  const dropped: string[] = [];
  map.trim({ isTooMuch, idleMs }, (key) => dropped.push(key));
  return dropped;
}

suite('map that knows what was used last', () => {
  test('drops what was used longest ago while there is too much', () => {
    const map = filled('a', 'b', 'c');
    map.get('a');
    assert.deepEqual(
      trimmed(map, (size) => size > 1),
      ['b', 'c'],
    );
    assert.equal(map.get('a'), 0);
  });

  test('drops what is idle, and nothing else, where there is room', () => {
    const map = filled();
    map.advance(100);
    map.set('a', 1);
    map.set('b', 2);
    map.advance(105);
    map.get('a');
    map.advance(111);
    assert.deepEqual(trimmed(map, never), ['b']);
  });

  test('keeps the last one used, however idle it is', () => {
    const map = filled('a', 'b');
    map.advance(1_000);
    assert.deepEqual(trimmed(map, never), ['a']);
    assert.equal(map.size, 1);
  });

  test('a time that goes back makes nothing older', () => {
    const map = filled();
    map.advance(100);
    map.set('a', 1);
    map.advance(20);
    map.set('b', 2);
    map.advance(105);
    assert.deepEqual(trimmed(map, never), []);
  });
});
