import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { encodeToken, hashToken, tokenBytes, tokenMatches } from '../src/device-tokens.ts';

test('a token matches its own hash and no other', () => {
  const token = encodeToken(randomBytes(tokenBytes));
  assert.equal(tokenMatches(token, hashToken(token)), true);
  assert.equal(tokenMatches(encodeToken(randomBytes(tokenBytes)), hashToken(token)), false);
});

test('nothing matches where there is no hash, not even what hashes to the stand-in', () => {
  assert.equal(tokenMatches('', undefined), false);
  assert.equal(tokenMatches(encodeToken(Buffer.alloc(tokenBytes)), undefined), false);
});
