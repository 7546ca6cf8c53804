import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { ClassifierModel } from '@emotion-fleet/contracts';
import { ensureModels } from '../../models/index.ts';
import { AgentProcess } from '../agent-process.ts';
import { HttpsBench } from '../models/https-bench.ts';
import { withTemporaryFolder } from '../models/temporary-folder.ts';

describe('an agent that reaches the network through a proxy alone', () => {
  it('goes on with a load that broke off, through its tunnel, and uses the network', async () => {
    await withTemporaryFolder(async (folder) => {
      const modelCache = path.join(folder, 'models');
      const models = await ensureModels({ cacheDirectory: modelCache });
      const network = await readFile(models.get('big-xception', 'fp32').path);
      const bench = new HttpsBench({ folder });
      bench.files.set('/house-1.onnx', network);
      await bench.start();
      const agent = new AgentProcess({ dataDirectory: path.join(folder, 'data'), modelCache });
      try {
        // As in our image; the broker is at this machine.
        const proxy = bench.environment({ noProxy: '127.0.0.1' });
        await agent.start({}, { ...proxy, NODE_USE_ENV_PROXY: '1' });
        await agent.report(({ version }) => version === 0);
        bench.breakAfterBytes = 300_000;
        const classifier: ClassifierModel = {
          kind: 'xception',
          id: 'house-1',
          url: bench.url('/house-1.onnx'),
          bytes: network.length,
          sha256: createHash('sha256').update(network).digest('hex'),
          temperature: 1.64,
          thresholds: { happy: 0.55, sad: 0.5, neutral: 0.55, other: 0.5 },
        };
        agent.want({ version: 1, settings: { classifier } });
        const taken = await agent.report(({ version }) => version === 1);
        assert.match(taken.modelId, /\+house-1$/);
        const { host } = new URL(classifier.url);
        assert.deepEqual(bench.tunnels, [host, host]);
        assert.match(bench.ranges.join(), /^all,bytes=\d+-$/);
      } finally {
        await agent.stop();
        await bench.stop();
      }
    });
  });
});
