import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readStackConfig } from '../src/config.ts';
import { javaMajor } from '../src/toolchain.ts';

it('reads the major version of old and new Javas', () => {
  assert.equal(javaMajor('openjdk version "17.0.15" 2025-04-15'), 17);
  assert.equal(javaMajor('java version "1.8.0_292"'), 8);
  assert.equal(javaMajor('openjdk version "25" 2025-09-16'), 25);
  assert.equal(javaMajor('no java here'), undefined);
});

it('takes any value of CI but an empty one, 0 and false for a build server', () => {
  for (const CI of ['true', '1', 'yes']) assert.equal(readStackConfig({ CI }).ci, true);
  for (const CI of ['', '0', 'false']) assert.equal(readStackConfig({ CI }).ci, false);
  assert.equal(readStackConfig({}).ci, false);
});
