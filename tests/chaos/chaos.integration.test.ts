import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { skipWithoutStack } from '@emotion-fleet/deploy';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { faultKinds } from './fault-plan.ts';
import type { ChaosReport } from './report.ts';

const mainFile = fileURLToPath(new URL('main.ts', import.meta.url));
const detections = 12_000;
/** One whose faults seldom wait for each other: Cassandra dies while nobody needs it to join a group. */
const seed = 1194;

describe('the chain on Kafka and Cassandra', { skip: await skipWithoutStack() }, () => {
  it('loses and doubles no record while every part of it is killed', async (t) => {
    const folder = temporaryFolder('chaos-report');
    t.after(folder.remove);
    const jsonFile = join(folder.path, 'report.json');
    const size = ['--seed', `${seed}`, '--detections', `${detections}`, '--devices', '40'];
    const chaos = spawn(process.execPath, [mainFile, ...size, '--json', jsonFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(() => chaos.kill('SIGTERM'));
    let output = '';
    for (const stream of [chaos.stdout, chaos.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    const [code] = (await once(chaos, 'close')) as [number | null];
    assert.equal(code, 0, output);

    const report = JSON.parse(readFileSync(jsonFile, 'utf8')) as ChaosReport;
    assert.equal(report.verdict, 'clean');
    assert.ok(report.detections >= detections);
    assert.ok(report.declared > 0);
    assert.ok(report.refusedWrites > 0);
    assert.ok(report.zombies.some(({ writtenLate }) => writtenLate > 0));
    assert.ok(report.repeatedBatches > 0 && report.swappedBatches > 0);
    const done = new Set(report.faults.map(({ kind }) => kind));
    assert.deepEqual([...done].sort(), [...faultKinds].sort());
    for (const [hop, kills] of Object.entries(report.kills)) assert.ok(kills > 0, hop);
  });
});
