import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configState } from '../../src/configuration/config-state.ts';

const desired = { version: 3 };
const refused = (version: number) => ({ version, code: 'bad_config', reason: 'x' }) as const;

test('the state follows from what is wanted and what was said last', () => {
  assert.equal(configState(undefined, undefined), 'own');
  assert.equal(configState(undefined, { version: 2 }), 'own');
  assert.equal(configState(desired, undefined), 'pending');
  assert.equal(configState(desired, { version: 2 }), 'pending');
  assert.equal(configState(desired, { version: 2, trying: 3 }), 'trying');
  assert.equal(configState(desired, { version: 2, refused: refused(2) }), 'pending');
  assert.equal(configState(desired, { version: 2, refused: refused(3) }), 'refused');
  assert.equal(configState(desired, { version: 2, refused: refused(3), trying: 3 }), 'trying');
  assert.equal(configState(desired, { version: 3 }), 'applied');
});
