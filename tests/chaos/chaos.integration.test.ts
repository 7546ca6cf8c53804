import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { skipWithoutStack } from '@emotion-fleet/deploy';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { ChaosRun } from './chaos-run.ts';
import { faultKinds } from './fault-plan.ts';

const detections = 12_000;

describe('the chain on Kafka and Cassandra', { skip: await skipWithoutStack() }, () => {
  it('loses and doubles no record while every part of it is killed', async (t) => {
    const folder = temporaryFolder('chaos');
    const run = new ChaosRun({
      ...{ seed: 7, detections, devices: 40, edgeProcesses: 2, recordsPerSecond: 200 },
      folder: folder.path,
      onProgress: (line) => t.diagnostic(line),
    });
    try {
      const report = await run.run();
      assert.deepEqual(report.findings, []);
      assert.equal(report.verdict, 'clean');
      assert.ok(report.stored + report.declared >= detections);
      assert.ok(report.declared > 0);
      const done = new Set(report.faults.map(({ kind }) => kind));
      assert.deepEqual([...done].sort(), [...faultKinds].sort());
      for (const [hop, kills] of Object.entries(report.kills)) assert.ok(kills > 0, hop);
    } finally {
      folder.remove();
    }
  });
});
