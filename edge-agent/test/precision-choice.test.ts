import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import type { InstalledModel, InstalledModels } from '../models/index.ts';
import type { DetectorSize } from '../src/inference/index.ts';
import { choosePrecisions, type PrecisionChoiceOptions } from '../src/precision-choice.ts';

/** Models whose checksums are their names; `release` makes others of them. */
function modelsOf(release: string): InstalledModels {
  return {
    card: () => assert.fail('no card is needed'),
    get: (id, precision) => {
      const sha256 = `${id} ${precision} ${release}`;
      return { file: { sha256 } } as unknown as InstalledModel;
    },
  };
}
const models = modelsOf('1');

describe('choosePrecisions', () => {
  let folder = '';
  let timings = 0;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'precision-choice-'));
  });
  beforeEach(() => (timings = 0));
  after(() => rm(folder, { recursive: true, force: true }));

  const choose = (size: DetectorSize, other: Partial<PrecisionChoiceOptions> = {}) =>
    choosePrecisions({
      wanted: 'auto',
      backend: 'onnx',
      openSession: () => assert.fail('nor a session'),
      models,
      size,
      folder,
      logger: silentLogger(),
      time: async () => {
        timings += 1;
        return {
          detector: { fastest: 'fp32', medianMs: { int8: 2, fp32: 1 } },
          classifier: { fastest: 'int8', medianMs: { int8: 2, fp32: 3 } },
        };
      },
      ...other,
    });

  it('times the models once for each detector size, and keeps the faster precision', async () => {
    const expected = { detector: 'fp32', classifier: 'int8' };
    for (const size of ['320x256', '256x192', '320x256', '256x192'] as const) {
      assert.deepEqual(await choose(size), expected);
    }
    assert.equal(timings, 2);
  });

  it('times again where what it kept is damaged', async () => {
    const file = path.join(folder, 'precision-320x256.json');
    await choose('320x256');
    timings = 0;
    const kept = await readFile(file, 'utf8');
    const damaged = ['{"detector', 'null', kept.replace('fp32', 'int4')];
    for (const text of damaged) {
      await writeFile(file, text);
      await choose('320x256');
    }
    assert.equal(timings, damaged.length);
  });

  it('times again with another runtime or other models, and keeps that', async () => {
    for (const other of [{}, { runtime: '9.9.9' }, { models: modelsOf('2') }]) {
      timings = 0;
      await choose('320x256');
      const before = timings;
      await choose('320x256', other);
      await choose('320x256', other);
      const isOther = Object.keys(other).length > 0;
      assert.equal(timings - before, isOther ? 1 : 0, JSON.stringify(other));
    }
  });

  it('takes what the operator wants without timing anything', async () => {
    const chosen = await choose('320x256', { wanted: 'int8', folder: '/not/there' });
    assert.deepEqual(chosen, { detector: 'int8', classifier: 'int8' });
    assert.equal(timings, 0);
  });

  it('takes floats for TensorFlow.js, and says that it has no int8', async () => {
    const tfjs = { backend: 'tfjs', folder: '/not/there' } as const;
    const floats = { detector: 'fp32', classifier: 'fp32' };
    assert.deepEqual(await choose('320x256', tfjs), floats);
    assert.deepEqual(await choose('320x256', { ...tfjs, wanted: 'fp32' }), floats);
    await assert.rejects(choose('320x256', { ...tfjs, wanted: 'int8' }), { code: 'bad_config' });
    assert.equal(timings, 0);
  });
});
