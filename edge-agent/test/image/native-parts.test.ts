import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isUnbuilt, sentenceAboutUnbuilt } from '../../image/native-parts.ts';

it('finds packages whose native part is built at their installation, and was not for this platform', () => {
  assert.equal(isUnbuilt(['binding.gyp', 'epoll.js', 'src/epoll.cc']), true);
  assert.equal(isUnbuilt(['binding.gyp', 'build/Release/epoll.node', 'epoll.js']), false);
  // What its compiler left behind is not enough.
  assert.equal(isUnbuilt(['binding.gyp', 'build/Makefile', 'epoll.js']), true);
  assert.equal(isUnbuilt(['index.js', 'src/binding.gyp']), false);
});

it('says what is missing on the device and how to get it; nothing where all is there', () => {
  const sentence = sentenceAboutUnbuilt({ unbuilt: ['epoll'], platform: 'linux-arm64' });
  assert.match(sentence!, /^epoll has no native part for linux-arm64/);
  assert.match(sentence!, /privacy switch and status light/);
  assert.match(sentence!, /npm rebuild epoll --ignore-scripts=false/);
  assert.equal(sentenceAboutUnbuilt({ unbuilt: [], platform: 'linux-arm64' }), undefined);
});
