import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configStateOf, nextVersion } from '../../src/device-config/config-state.ts';

const refused = (version: number) =>
  ({ version, code: 'crashed', reason: 'out of memory' }) as const;

test('the state is what the device said of the desired version', () => {
  for (const [desired, reported, state] of [
    [undefined, undefined, 'own'],
    [undefined, { version: 7 }, 'own'],
    [{ version: 3 }, undefined, 'pending'],
    [{ version: 3 }, { version: 2 }, 'pending'],
    [{ version: 3 }, { version: 2, trying: 2 }, 'pending'],
    [{ version: 3 }, { version: 2, trying: 3 }, 'trying'],
    [{ version: 3 }, { version: 3 }, 'applied'],
    [{ version: 3 }, { version: 2, refused: refused(3) }, 'refused'],
    [{ version: 3 }, { version: 1, refused: refused(2) }, 'pending'],
    [{ version: 3 }, { version: 1, refused: refused(2), trying: 3 }, 'trying'],
  ] as const) {
    assert.equal(configStateOf(desired, reported), state, JSON.stringify([desired, reported]));
  }
});

test('the next version is above all that the device has heard of', () => {
  assert.equal(nextVersion(undefined, undefined), 1);
  assert.equal(nextVersion({ version: 3 }, { version: 2 }), 4);
  assert.equal(nextVersion(undefined, { version: 7 }), 8);
  assert.equal(nextVersion({ version: 3 }, { version: 2, trying: 5, refused: refused(9) }), 10);
});

test('a number that no version can be does not count', () => {
  assert.equal(nextVersion({ version: 3 }, { version: 2 ** 53 - 1 }), 4);
});
