import assert from 'node:assert/strict';
import { it } from 'node:test';
import { nothingSettled, refused } from '../../src/remote-config/settled-state.ts';
import { wishOf } from './device.ts';

it('remembers 64 refusals, and what killed an agent for longest', () => {
  let state = nothingSettled;
  for (let version = 1; version <= 100; version += 1) {
    const code = version <= 3 ? 'crashed' : 'model_answers';
    state = refused(state, { desired: wishOf(version), code, reason: 'It is wrong.' });
  }
  const versions = state.refusals.map(({ version }) => version);
  assert.deepEqual(versions.slice(0, 4), [1, 2, 3, 40]);
  assert.deepEqual([versions.length, versions.at(-1)], [64, 100]);
});
