import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ClassifierModel, DeviceSettings, ReportedConfig } from '@emotion-fleet/contracts';
import { ensureModels } from '../../models/index.ts';
import { AgentProcess } from '../agent-process.ts';
import { leftHalfNetwork, meanNetwork } from '../classify/tiny-networks.ts';
import { until } from '../until.ts';
import { alterations, fatalNetwork, slowed } from './altered-networks.ts';

const thresholds = { happy: 0.55, sad: 0.5, neutral: 0.55, other: 0.5 };

describe('an agent whose network is changed from afar', () => {
  const files = new Map<string, Uint8Array>();
  let folder = '';
  let server: Server;
  let agent: AgentProcess;
  let big: Uint8Array;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'model-update-'));
    const modelCache = path.join(folder, 'models');
    const models = await ensureModels({ cacheDirectory: modelCache });
    big = await readFile(models.get('big-xception', 'fp32').path);
    server = createServer((request, response) => {
      const bytes = files.get(request.url ?? '');
      if (bytes === undefined) response.writeHead(404).end();
      else response.end(bytes);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    agent = new AgentProcess({ dataDirectory: path.join(folder, 'data'), modelCache });
    await agent.start();
  });
  after(async () => {
    await agent.stop();
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });

  function samplesOf(run: string) {
    return agent.records.filter(({ kind, runId }) => kind === 'sample' && runId === run);
  }

  function urlOf(id: string): string {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/${id}.onnx`;
  }

  /** A network of the operator's own at a local address. */
  function published(id: string, bytes: Uint8Array): ClassifierModel {
    files.set(`/${id}.onnx`, bytes);
    return {
      kind: 'xception',
      id,
      url: urlOf(id),
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      temperature: 1.64,
      thresholds,
    };
  }

  it('takes a good one, and keeps it where another one is wrong', async () => {
    const own = await agent.report(({ version }) => version === 0);
    agent.want({ version: 1, settings: { classifier: published('house-1', big) } });
    await agent.report(({ trying, runId }) => trying === 1 && runId === own.runId);
    const good = await agent.report(({ version }) => version === 1);
    assert.match(good.modelId, /^blazeface-back-320x256-fp32\+house-1$/);
    assert.deepEqual(good.inForce.emotionThresholds, thresholds);
    await until(() => samplesOf(good.runId).length > 0, 60_000);
    assert.equal(samplesOf(good.runId)[0]!.modelId, good.modelId);

    const wrong: Record<string, [ClassifierModel, string, RegExp]> = {
      swapped: [
        published('swapped', alterations.swapped(big)),
        'model_answers',
        /0 % of the happy/,
      ],
      nan: [published('nan', alterations.notANumber(big)), 'model_answers', /no numbers/],
      tiny: [
        published('tiny', meanNetwork({ inputShape: [1, 3, 64, 64], weights: [[1, 1, 1]] })),
        'model_mismatch',
        /tiny is no network for 64x64 grey pictures .* its input is 1x3x64x64/,
      ],
      left: [published('left', leftHalfNetwork()), 'model_answers', /of the happy ones/],
      noise: [published('noise', Buffer.alloc(5_000, 7)), 'model_mismatch', /not a model/],
      other: [
        { ...published('other', big), sha256: '0'.repeat(64) } as ClassifierModel,
        'model_mismatch',
        /gives another file/,
      ],
      slow: [
        published('slow', slowed(big)),
        'model_too_slow',
        /takes it [\d.]+ ms, now [\d.]+ ms; at most [\d.]+ ms are wanted/,
      ],
    };
    let version = 1;
    for (const [name, [classifier, code, reason]] of Object.entries(wrong)) {
      version += 1;
      // At that rate the time that a frame may take is what runs now takes, and half of it.
      agent.want({ version, settings: { classifier, analysisFps: 30 } });
      const { refused, ...kept } = await agent.report(
        (report) => report.refused?.version === version,
      );
      assert.equal(refused?.code, code, name);
      assert.match(refused.reason, reason);
      assert.deepEqual([kept.version, kept.runId], [1, good.runId], 'the run goes on');
    }
    assert.equal(agent.stderr.includes('Unhandled'), false);
  });

  it('takes another detector with that classifier, and keeps both where a third one is another file', async () => {
    const classifier = published('house-1', big);
    const small: DeviceSettings = { classifier, detector: { kind: 'blazeface', input: '256x192' } };
    agent.want({ version: 21, settings: small });
    const good = await agent.report(({ version }) => version === 21);
    assert.equal(good.modelId, 'blazeface-back-256x192-fp32+house-1');
    await until(() => samplesOf(good.runId).length > 0, 60_000);

    const url = urlOf('house-1');
    agent.want({ version: 22, settings: { classifier, detector: { kind: 'yunet', url } } });
    const { refused, ...kept } = await agent.report((report) => report.refused?.version === 22);
    assert.equal(refused?.code, 'model_mismatch');
    assert.match(refused.reason, /gives another file than face_detection_yunet_2023mar\.onnx/);
    assert.deepEqual([kept.version, kept.runId], [21, good.runId], 'the run goes on');
  });

  it('refuses a network that ends its process, at the next start, and measures on', async () => {
    agent.want({ version: 31, settings: { classifier: published('fatal', fatalNetwork()) } });
    const isRefused = (report: ReportedConfig) => report.refused?.version === 31;
    if (process.arch !== 'x64') {
      const { refused } = await agent.report(isRefused);
      assert.equal(refused?.code, 'model_mismatch', 'other processors go on with a wrong number');
      return;
    }
    await until(() => agent.ending !== undefined, 60_000);
    assert.equal(agent.ending, 'SIGFPE');
    await agent.start();
    const { refused, version, runId } = await agent.report(isRefused);
    assert.equal(refused?.code, 'crashed');
    assert.equal(version, 0, 'the one before had not stood for a minute: it may have been that');
    await until(() => samplesOf(runId).length > 0, 60_000);
  });
});
