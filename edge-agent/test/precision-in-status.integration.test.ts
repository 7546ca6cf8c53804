import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { PrecisionChoice } from '../src/precision-choice.ts';
import { AgentProcess } from './agent-process.ts';
import { withTemporaryFolder } from './models/temporary-folder.ts';
import { until } from './until.ts';

const other = { int8: 'fp32', fp32: 'int8' } as const;

function modelIdOf({ detector, classifier }: PrecisionChoice): string {
  return `blazeface-back-320x256-${detector}+xception-pair-${classifier}`;
}

test('keeps the precisions that were timed at the first start, and says them in status and records', async () => {
  await withTemporaryFolder(async (folder) => {
    const agent = new AgentProcess({ dataDirectory: folder, modelCache: folder });
    const file = path.join(folder, 'precision-320x256.json');
    const readKept = async () => JSON.parse(await readFile(file, 'utf8')) as PrecisionChoice;
    const run = async () => {
      const [statuses, records] = [agent.statuses.length, agent.records.length];
      await agent.start({ precision: 'auto', logLevel: 'info' });
      await until(() => agent.records.slice(records).length > 0, 60_000);
      await agent.end('SIGTERM');
      const status = agent.statuses[statuses]!;
      assert.match(status.detail ?? '', /the faster precision here/);
      for (const { modelId } of agent.records.slice(records)) {
        assert.equal(modelId, status.modelId);
      }
      return status.modelId;
    };
    const timings = () => agent.stderr.split('precisions chosen').length - 1;
    try {
      assert.equal(await run(), modelIdOf(await readKept()));
      assert.equal(timings(), 1);
      // What it would hardly have chosen itself: the next start takes it from the file.
      const kept = await readKept();
      const turned = {
        ...kept,
        detector: other[kept.detector],
        classifier: other[kept.classifier],
      };
      await writeFile(file, JSON.stringify(turned));
      assert.equal(await run(), modelIdOf(turned));
      assert.equal(timings(), 1, 'nothing is timed again');
    } finally {
      await agent.stop();
    }
  });
});
