import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageValidators } from '@emotion-fleet/contracts';
import { HealthReporter } from '../../src/health/health-reporter.ts';
import { StageTimes } from '../../src/health/stage-times.ts';
import type { DiskFigures } from '../../src/wear/disk-meter.ts';
import { readTemperatureC } from '../../src/health/temperature.ts';

describe('HealthReporter', () => {
  it('reports the interval since the last report, in the shape of the contract', async () => {
    let nowMs = 1_000;
    let disk: DiskFigures | undefined = {
      ...{ writtenBytesLastHour: 90e6, maxBytesPerHour: 200e6, sampleStretch: 1, freeBytes: 2e10 },
    };
    const stageTimes = new StageTimes({ nowMs: () => nowMs });
    const reporter = new HealthReporter({
      runId: '0b0e7a5e-5f2c-4a57-9d43-7c1b2a3f4e5d',
      nowMs: () => nowMs,
      stageTimes,
      outboxStatus: () => ({
        records: 3,
        bytes: 1_400,
        oldestAgeMs: 400,
        created: 120,
        acked: 117,
        declared: 0,
      }),
      cameraState: () => 'ok',
      readTemperature: async () => 48.3,
      readDisk: async () => disk,
    });
    reporter.start();
    for (let frame = 0; frame < 150; frame += 1) reporter.countFrame();
    await stageTimes.measure('detect', async () => (nowMs += 12));
    nowMs = 31_000;
    const first = await reporter.report();
    assert.ok(messageValidators.health.Check(first));
    assert.equal(first.framesPerSecond, 5);
    assert.equal(first.uptimeMs, 30_000);
    assert.equal(first.detectMs, 12);
    assert.equal(first.classifyMs, undefined);
    assert.equal(first.temperatureC, 48.3);
    assert.deepEqual(first.records, { created: 120, acked: 117, declared: 0 });
    assert.deepEqual(first.disk, disk);
    disk = undefined;
    nowMs = 61_000;
    const second = await reporter.report();
    assert.ok(messageValidators.health.Check(second));
    assert.equal(second.framesPerSecond, 0);
    assert.ok(!('disk' in second));
    assert.equal(second.detectMs, undefined);
  });

  it('has no temperature where the kernel gives none', async () => {
    assert.equal(await readTemperatureC('/not/there'), undefined);
  });
});
