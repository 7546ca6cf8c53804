import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deviceStatesByConcern } from '@emotion-fleet/contracts/api';
import { describeCard, healthFigures } from '../src/health.ts';
import { describeInterval } from '../src/mean-score.ts';
import { describeOpeningHours } from '../src/opening-hours.ts';
import { deviceStateOrder } from '../src/states.ts';
import { cssVariables, palettes } from '../src/theme/palette.ts';
import { trustEntries, trustVerdict } from '../src/trust.ts';

const coverage = {
  expectedMs: 1,
  analysedMs: 1,
  stored: 10,
  declared: 0,
  rejected: 0,
  pending: 0,
  stranded: 0,
  tooLate: 0,
  unexplained: 0,
};

suite('words beside numbers', () => {
  test('say how far a mean can be trusted', () => {
    const scored = { value: 0.5, low: 0.42, high: 0.58, clusters: 14 };
    assert.equal(describeInterval(scored), '95 % interval 0.42 to 0.58 over 14 camera-hours');
    const few = { value: 0.5, low: null, high: null, clusters: 4 };
    assert.equal(describeInterval(few), 'Too little data for an interval: 4 of 10 camera-hours');
  });

  test('answer whether the numbers can be trusted, the worst first', () => {
    assert.match(trustVerdict(coverage), /accounted for/);
    assert.match(trustVerdict({ ...coverage, pending: 3 }), /3 still on the way/);
    assert.match(trustVerdict({ ...coverage, stored: 0 }), /No record/);
    const missing = { ...coverage, pending: 3, unexplained: 1 };
    assert.equal(trustVerdict(missing), '1 record is missing without an explanation.');
    assert.equal(trustEntries.length, 7);
  });

  test('write opening hours as a person would', () => {
    assert.equal(describeOpeningHours([]), 'always open');
    const allDay = { weekdays: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' };
    assert.equal(describeOpeningHours([allDay]), 'always open');
    const week = { weekdays: [5, 1, 2, 3, 4], from: '09:00', to: '18:00' };
    const sunday = { weekdays: [7], from: '10:00', to: '14:00' };
    const both = 'open Mon–Fri 09:00–18:00, Sun 10:00–14:00';
    assert.equal(describeOpeningHours([week, sunday]), both);
    assert.equal(
      describeOpeningHours([{ ...week, weekdays: [1, 3, 4] }]),
      'open Mon, Wed–Thu 09:00–18:00',
    );
  });

  test('show the latest health figures with their units', () => {
    const entry = {
      receivedAt: '2026-03-01T09:00:00Z',
      uptimeMs: 1,
      rssBytes: 1,
      cameraState: 'ok',
      framesPerSecond: 6.44,
      detectMs: 38.2,
      classifyMs: null,
      outboxRecords: 1,
      outboxBytes: 420,
      diskWrittenBytesLastHour: 86_800_000,
      diskMaxBytesPerHour: 200_000_000,
      diskFreeBytes: 24_000_000_000,
      sampleStretch: 1,
    };
    assert.deepEqual(
      healthFigures([entry]).map(({ latest }) => latest),
      ['6.4 per second', '38 ms', 'not measured', '1 record · 420 B', '86.8 MB an hour'],
    );
    assert.equal(describeCard(entry), '24.00 GB free on the card');
    assert.equal(
      describeCard({ ...entry, sampleStretch: 2.4 }),
      '24.00 GB free on the card; samples come 2.4 times less often to keep within 200.0 MB an hour',
    );
    assert.equal(describeCard({ ...entry, diskFreeBytes: null }), '');
    assert.equal(healthFigures([])[0]?.latest, 'not measured');
  });

  test('give every emotion a colour of its own in both modes', () => {
    for (const palette of Object.values(palettes)) {
      const colors = Object.values(palette.emotions);
      assert.equal(new Set(colors).size, 5);
      assert.equal(cssVariables(palette)['--emotion-happy'], palette.emotions.happy);
    }
  });

  test('name the states of cameras in the order in which the API sorts them', () => {
    assert.deepEqual(deviceStateOrder, deviceStatesByConcern);
  });
});
