import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import type { InstalledModels } from '../models/index.ts';
import type { DetectorSize } from '../src/inference/index.ts';
import { choosePrecisions } from '../src/precision-choice.ts';

const models: InstalledModels = {
  get: () => assert.fail('the fake timing needs no model'),
};

describe('choosePrecisions', () => {
  let folder = '';
  let timings = 0;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'precision-choice-'));
  });
  beforeEach(() => (timings = 0));
  after(() => rm(folder, { recursive: true, force: true }));

  const choose = (size: DetectorSize) =>
    choosePrecisions({
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
    });

  it('times the models once for each detector size, and keeps the faster precision', async () => {
    const expected = { detector: 'fp32', classifier: 'int8' };
    for (const size of ['320x256', '256x192', '320x256', '256x192'] as const) {
      assert.deepEqual(await choose(size), expected);
    }
    assert.equal(timings, 2);
  });

  it('times again where what it kept is damaged', async () => {
    const damaged = ['{"detector', 'null', '{"detector": "int4", "classifier": "int8"}'];
    for (const text of damaged) {
      await writeFile(path.join(folder, 'precision-320x256.json'), text);
      await choose('320x256');
    }
    assert.equal(timings, damaged.length);
  });
});
