import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OperatorError } from '@emotion-fleet/service';
import { productionPackages, type LockEntries } from '../../image/lockfile.ts';
import { parsePlatform, runsOn } from '../../image/platform.ts';

const entries: LockEntries = {
  agent: {
    dependencies: { lib: '1', a: '1' },
    optionalDependencies: { 'bin-arm64': '1', 'bin-x64': '1', absent: '1' },
  },
  lib: { dependencies: { b: '1' } },
  'node_modules/lib': { link: true, resolved: 'lib' },
  'node_modules/a': { version: '1.0.0', dependencies: { b: '2' }, peerDependencies: { c: '*' } },
  'node_modules/a/node_modules/b': { version: '2.0.0' },
  'node_modules/b': { version: '1.0.0' },
  'node_modules/c': { name: 'real-c', version: '3.0.0' },
  'node_modules/bin-arm64': { version: '1.0.0', os: ['linux'], cpu: ['arm64'] },
  'node_modules/bin-x64': { version: '1.0.0', os: ['linux'], cpu: ['x64'] },
  'node_modules/dev': { version: '1.0.0' },
};

describe('productionPackages', () => {
  it('follows what runs, nested copies and links included, for one platform', () => {
    const platform = parsePlatform('linux-arm64');
    const found = productionPackages({ entries, workspace: 'agent', platform });
    assert.deepEqual(
      found.map(({ location }) => location),
      [
        ...['agent', 'lib', 'node_modules/a', 'node_modules/a/node_modules/b', 'node_modules/b'],
        ...['node_modules/bin-arm64', 'node_modules/c', 'node_modules/lib'],
      ],
    );
    assert.equal(found[3]?.name, 'b');
    assert.equal(found[6]?.name, 'real-c');
  });
});

describe('platforms', () => {
  it('are named as npm names them', () => {
    assert.deepEqual(parsePlatform('linux-x64'), { os: 'linux', cpu: 'x64', libc: 'glibc' });
    assert.throws(() => parsePlatform('linux-arm'), OperatorError);
  });

  it('match lists, and lists of exceptions', () => {
    const platform = parsePlatform('linux-arm64');
    assert.ok(runsOn({}, platform));
    assert.ok(runsOn({ os: ['darwin', 'linux'], libc: ['glibc'] }, platform));
    assert.ok(runsOn({ os: ['!win32'] }, platform));
    assert.ok(!runsOn({ os: ['!linux'] }, platform));
    assert.ok(!runsOn({ cpu: ['x64'] }, platform));
    assert.ok(!runsOn({ libc: ['musl'] }, platform));
  });
});
