import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentFaces } from '../../src/live/recent-faces.ts';
import { sampleRecord } from '../support/records.ts';

const now = Date.parse('2026-03-04T12:00:00Z');

test('gathers the latest sample of each track of one look', () => {
  const faces = new RecentFaces();
  faces.add(sampleRecord({ observedAt: now, trackId: 'aaaa', x: 1 }), now);
  faces.add(sampleRecord({ observedAt: now + 400, trackId: 'bbbb', x: 2 }), now);
  faces.add(sampleRecord({ observedAt: now + 1_000, trackId: 'aaaa', x: 3 }), now);
  const look = faces.look('d');
  assert.equal(look?.observedAt, '2026-03-04T12:00:01.000Z');
  assert.deepEqual(
    look.faces.map(({ trackId, x }) => [trackId, x]),
    [
      ['aaaa', 3],
      ['bbbb', 2],
    ],
  );
});

test('forgets a track that was not seen again', () => {
  const faces = new RecentFaces();
  faces.add(sampleRecord({ observedAt: now, trackId: 'aaaa' }), now);
  faces.add(sampleRecord({ observedAt: now + 5_000, trackId: 'bbbb' }), now);
  assert.deepEqual(
    faces.look('d')?.faces.map(({ trackId }) => trackId),
    ['bbbb'],
  );
});

test('leaves out the past that an outbox sends after a break', () => {
  const faces = new RecentFaces();
  assert.equal(faces.add(sampleRecord({ observedAt: now - 3_600_000 }), now), false);
  assert.equal(faces.look('d'), undefined);
});

test('leaves out a sample that comes out of order, older than the look', () => {
  const faces = new RecentFaces();
  faces.add(sampleRecord({ observedAt: now, trackId: 'aaaa' }), now);
  assert.equal(faces.add(sampleRecord({ observedAt: now - 2_000, trackId: 'bbbb' }), now), false);
  assert.equal(faces.look('d')?.faces.length, 1);
});
