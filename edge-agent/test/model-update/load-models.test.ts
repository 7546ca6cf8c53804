import assert from 'node:assert/strict';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { ClassifierModel, DeviceSettings } from '@emotion-fleet/contracts';
import { silentLogger } from '@emotion-fleet/service';
import { ModelError } from '../../models/index.ts';
import { loadModels, type LoadModelsOptions } from '../../src/model-update/load-models.ts';
import { areModelsReady, tidyModels } from '../../src/model-update/model-files.ts';
import { wantedModels } from '../../src/model-update/wanted-models.ts';
import { withTemporaryFolder } from '../models/temporary-folder.ts';

const url = 'http://127.0.0.1:1/own.onnx';
const thresholds = { happy: 0.6, sad: 0.6, neutral: 0.6, other: 0.6 };

function own(id: string, digit = '0'): ClassifierModel {
  return {
    kind: 'xception',
    ...{ id, url, bytes: 4, sha256: digit.repeat(64), temperature: 1, thresholds },
  };
}

/** Loads with a network that answers as told; time passes at once. */
async function load(answers: readonly ('ok' | ModelError['code'])[], settings?: DeviceSettings) {
  const waits: number[] = [];
  const asked: string[] = [];
  const fetch: LoadModelsOptions['fetch'] = async ({ url: from }) => {
    asked.push(from);
    const code = answers[Math.min(asked.length, answers.length) - 1]!;
    if (code !== 'ok') throw new ModelError({ code, message: 'It is not there.' });
    return { path: '', state: 'fetched' };
  };
  const outcome = await loadModels({
    settings: settings ?? { classifier: own('ours') },
    folder: '/models',
    signal: new AbortController().signal,
    logger: silentLogger(),
    fetch,
    sleep: async (ms) => void waits.push(ms),
    random: () => 0,
  }).then(
    () => 'loaded',
    (error: unknown) => {
      const { code, message } = error as { code: string; message: string };
      return `${code}: ${message}`;
    },
  );
  return { outcome, waits, asked };
}

describe('loadModels', () => {
  it('tries again for minutes, then says that the address is unreachable', async () => {
    const back = await load(['model_unreachable', 'model_unreachable', 'ok']);
    assert.deepEqual([back.outcome, back.waits], ['loaded', [5_000, 10_000]]);
    const { outcome, waits } = await load(['model_unreachable']);
    assert.equal(outcome, 'model_unreachable: It is not there. (8 attempts)');
    assert.equal(
      waits.reduce((sum, ms) => sum + ms, 0),
      255_000,
    );
  });

  it('refuses another file at once', async () => {
    for (const code of ['model_sha256_mismatch', 'model_lfs_pointer'] as const) {
      const { outcome, waits } = await load([code]);
      assert.deepEqual([outcome, waits], ['model_mismatch: It is not there.', []]);
    }
  });

  it('asks the publisher, or the address of the configuration', async () => {
    const { asked } = await load(['ok'], {
      detector: { kind: 'yunet' },
      classifier: { kind: 'mobilefacenet', url },
    });
    assert.match(asked[0]!, /^https:\/\/github\.com\/opencv/);
    assert.equal(asked[1], url);
    const none = await load(['ok'], {
      detector: { kind: 'blazeface', input: '256x192' },
      classifier: { kind: 'fast' },
    });
    assert.deepEqual(none.asked, []);
  });

  it('ends at once when another configuration overtakes it', async () => {
    const abort = new AbortController();
    const loading = loadModels({
      settings: { classifier: own('ours') },
      folder: '/models',
      signal: abort.signal,
      logger: silentLogger(),
      fetch: () =>
        Promise.reject(new ModelError({ code: 'model_unreachable', message: 'It is not there.' })),
    });
    abort.abort(new Error('overtaken'));
    await assert.rejects(loading, /overtaken/);
  });
});

describe('the folder of desired models', () => {
  it('keeps the files of the configurations that are named, and what is loaded of them', async () => {
    await withTemporaryFolder(async (folder) => {
      await tidyModels([], path.join(folder, 'not-there'));
      const kept = { classifier: own('ours', 'a') };
      const { file } = wantedModels(kept)[0]!;
      const [older] = wantedModels({ classifier: own('ours', 'b') });
      await mkdir(folder, { recursive: true });
      const names = [file, `${file}.part`, older!.file, 'face.onnx.part'];
      for (const name of names) await writeFile(path.join(folder, name), 'four');
      assert.equal(await areModelsReady(kept, folder), false, 'another content');
      await tidyModels([{}, kept], folder);
      assert.deepEqual(await readdir(folder), [file, `${file}.part`]);
    });
  });
});
