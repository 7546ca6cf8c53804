import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purposes } from '@emotion-fleet/contracts';
import { parsePurpose } from '../src/purpose.ts';

test('accepts every declared purpose, however it is capitalised', () => {
  for (const purpose of purposes) assert.equal(parsePurpose(purpose.toUpperCase()), purpose);
});

test('refuses workplace and education with the clause that forbids them', () => {
  for (const word of ['workplace', 'Office', 'education', 'school']) {
    assert.throws(() => parsePurpose(word), {
      code: 'purpose_refused',
      message: /Art\. 5\(1\)\(f\)/,
    });
  }
});

test('an unknown purpose is wrong usage', () => {
  assert.throws(() => parsePurpose('fun'), { code: 'usage', message: /not one of retail/ });
});
