import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DesiredConfig } from '@emotion-fleet/contracts';
import { silentLogger } from '@emotion-fleet/service';
import { encodeGraph } from '../../models/onnx-graph.ts';
import { agentEnvironment, readAgentConfig, type DetectorChoice } from '../../src/config.ts';
import { createModelTrial } from '../../src/model-update/index.ts';
import { runSettingsOf } from '../../src/remote-config/run-settings.ts';
import { yunetThatSeesOneFace } from '../detect/yunet-tensors.ts';

const desired: DesiredConfig = { schema: 1, version: 1, setAt: 0, settings: {} };

/**
 * The agent takes but one file for a detector, the published one, which is in no package: here files of any content stand
 * where that would.
 */
describe('the trial of a detector', () => {
  let folder = '';
  before(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'model-trial-'))));
  after(() => rm(folder, { recursive: true, force: true }));

  async function tried(detector: DetectorChoice): Promise<string> {
    const config = readAgentConfig(
      agentEnvironment({
        ...{ deviceId: 'till-1', token: 'secret', mqttUrl: 'mqtt://127.0.0.1:1' },
        ...{ dataDirectory: folder, modelCache: folder, precision: 'fp32' },
      }),
    );
    const trial = createModelTrial({
      config,
      logger: silentLogger(),
      settingsOf: (wish) => {
        const settings = runSettingsOf({ config, desired: wish, modelFolder: folder });
        return wish === undefined ? settings : { ...settings, detector };
      },
    });
    const { signal } = new AbortController();
    return trial.tryOut({ desired, running: undefined, signal }).then(
      () => 'good',
      (error: unknown) => {
        const { code, message } = error as { code: string; message: string };
        return `${code}: ${message}`;
      },
    );
  }

  async function triedFile(bytes: Uint8Array): Promise<string> {
    const yunetPath = path.join(folder, 'detector.onnx');
    await writeFile(yunetPath, bytes);
    return tried({ yunetPath });
  }

  it('lets one pass that finds the faces of the reference pictures', async () => {
    assert.equal(await tried({ size: '256x192' }), 'good');
  });

  it('refuses one that finds the same face everywhere, with the figures', async () => {
    const answer = await triedFile(yunetThatSeesOneFace({ width: 320, height: 256 }));
    assert.match(
      answer,
      /^model_answers: It finds \d of 44 faces in the reference pictures and \d+ that are none; at least 40, and at most 8, are wanted/,
    );
  });

  it('refuses a network of another kind', async () => {
    const input = { name: 'input', shape: [1, 3, 32, 32] };
    const node = { operation: 'Relu', inputs: ['input'], output: 'result', attributes: {} };
    const other = { name: 'other', input, outputs: [{ name: 'result' }] };
    const answer = await triedFile(encodeGraph({ ...other, nodes: [node], constants: [] }));
    assert.match(answer, /^model_mismatch: .*detector\.onnx isn't a YuNet/);
    assert.match(await triedFile(Buffer.alloc(5_000, 7)), /^model_mismatch: .* not a model/);
  });

  it('gives up one that does not open', async (context) => {
    // A pipe that nobody writes to is read for ever.
    const yunetPath = path.join(folder, 'endless.onnx');
    execFileSync('mkfifo', [yunetPath]);
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const waiting = setInterval(() => context.mock.timers.tick(60_000), 500);
    try {
      assert.match(
        await tried({ yunetPath }),
        /^model_too_slow: Opening its networks takes longer than 60 s/,
      );
    } finally {
      clearInterval(waiting);
      await (await open(yunetPath, 'w')).close();
    }
  });
});
