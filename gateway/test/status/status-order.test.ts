import assert from 'node:assert/strict';
import { it } from 'node:test';
import { mayReplace } from '../../src/status/status-order.ts';

const online = (connectSeq: number) => ({ state: 'online' as const, connectSeq });
const offline = (connectSeq: number) => ({ state: 'offline' as const, connectSeq });

it('lets a will end its own connection and no newer one', () => {
  assert.equal(mayReplace(undefined, offline(3), false), true);
  assert.equal(mayReplace(online(4), offline(4), false), true);
  assert.equal(mayReplace(online(5), offline(4), false), false);
});

it('lets a birth on the live connection stand, even where its count has started again', () => {
  assert.equal(mayReplace(online(57), online(1), true), true);
});
