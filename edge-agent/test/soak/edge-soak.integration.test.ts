import assert from 'node:assert/strict';
import test from 'node:test';
import { soakEdge } from '../../soak/edge-soak.ts';

test('a soak of a few seconds films, counts, and loses nothing in its outages', async () => {
  const lines: string[] = [];
  const report = await soakEdge({ minutes: 0.15, onProgress: (line) => lines.push(line) });
  const { verdicts, samples, outages, memorySlope } = report;
  assert.ok(samples.length >= 20 && lines.length > samples.length);
  for (const { anonymousBytes, rssBytes, descriptors } of samples) {
    assert.ok(anonymousBytes > 50e6 && rssBytes > anonymousBytes && descriptors > 10);
  }
  assert.ok(outages >= 1, `${outages} outages`);
  assert.ok(verdicts.frames.passed, verdicts.frames.sentence);
  assert.ok(verdicts.records.passed, verdicts.records.sentence);
  // Memory hasn't settled by then; that there is a slope is all that can be said.
  assert.ok(memorySlope !== undefined && memorySlope.low <= memorySlope.high);
});
