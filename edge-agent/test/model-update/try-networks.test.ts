import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ensureModels, type InstalledModels } from '../../models/index.ts';
import type { ClassifierChoice } from '../../src/config.ts';
import { createDetector, createEmotionClassifier } from '../../src/inference/index.ts';
import { agreementOf, classifierFault, type NamedFace } from '../../src/model-update/answers.ts';
import {
  readReferencePictures,
  type ReferencePicture,
} from '../../src/model-update/reference-pictures.ts';
import { tryNetworks } from '../../src/model-update/try-networks.ts';
import type { EmotionClassifier, FaceDetector } from '../../src/ports.ts';
import { alterations } from './altered-networks.ts';

/** A file that no package carries; what needs it runs where it is. */
const yunetPath = process.env.EMOTION_TEST_YUNET;
if (yunetPath === undefined) process.stdout.write('No file of YuNet is named here: not tried.\n');
const thresholds = { happy: 0.6, sad: 0.6, neutral: 0.6, other: 0.6 };

describe('tryNetworks', () => {
  let folder = '';
  let models: InstalledModels;
  let pictures: readonly ReferencePicture[];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'try-networks-'));
    models = await ensureModels({ cacheDirectory: folder });
    pictures = await readReferencePictures();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** The trial of these, against what runs by default. */
  async function tried(options: {
    detector?: FaceDetector;
    classifier?: EmotionClassifier;
    intervalMs?: number;
    nowMs?: () => number;
  }): Promise<string> {
    const current = await opened({
      detector: createDetector({ models }),
      classifier: createEmotionClassifier({ models }),
    });
    const candidate = await opened({ ...current, ...options });
    const { intervalMs = 200, nowMs } = options;
    const { signal } = new AbortController();
    try {
      const common = { candidate, current, pictures, intervalMs, signal };
      await tryNetworks({ ...common, ...(nowMs && { nowMs }) });
      return 'good';
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return `${code}: ${message}`;
    } finally {
      for (const { detector, classifier } of [candidate, current]) {
        await Promise.all([detector.stop(), classifier.stop()]);
      }
    }
  }

  async function opened(networks: { detector: FaceDetector; classifier: EmotionClassifier }) {
    const { detector, classifier } = networks;
    await Promise.all([detector.start(), classifier.start()]);
    return { detector, classifier };
  }

  async function ownOf(bytes: Uint8Array, id: string): Promise<EmotionClassifier> {
    const file = path.join(folder, `${id}.onnx`);
    await writeFile(file, bytes);
    const choice: ClassifierChoice = {
      kind: 'xception',
      id,
      path: file,
      temperature: 1.6,
      thresholds,
    };
    return createEmotionClassifier({ models, choice });
  }

  async function named(classifier: EmotionClassifier): Promise<NamedFace[]> {
    await classifier.start();
    const faces: NamedFace[] = [];
    for (const { frame, faces: expected } of pictures) {
      for (const face of expected) {
        const { emotion } = face;
        if (emotion !== null)
          faces.push({ emotion, scores: await classifier.classify(frame, face) });
      }
    }
    await classifier.stop();
    return faces;
  }

  it('lets all detectors and classifiers of ours pass, in either precision', async () => {
    for (const precision of ['int8', 'fp32'] as const) {
      const classifier = createEmotionClassifier({ models, precision, choice: { kind: 'fast' } });
      const detector = createDetector({ models, precision, size: '256x192' });
      assert.equal(await tried({ detector, classifier }), 'good');
    }
    const bytes = await readFile(models.get('big-xception', 'fp32').path);
    const own = await ownOf(bytes, 'own-big');
    assert.equal(own.modelId, 'own-big');
    assert.deepEqual(own.thresholds, thresholds);
    assert.equal(await tried({ classifier: own }), 'good');
  });

  it('refuses networks that are swapped, untrained, constant or give no numbers, with the figures', async (context) => {
    const bytes = await readFile(models.get('big-xception', 'fp32').path);
    for (const [name, alter] of Object.entries(alterations)) {
      const id = `own-${name.toLowerCase()}`;
      const answer = await tried({ classifier: await ownOf(alter(bytes), id) });
      context.diagnostic(`${name}: ${answer}`);
      assert.match(
        answer,
        /^model_answers: (Of the clear reference faces it names \d+ %|For \d+ of \d+ ref)/,
        name,
      );
    }
    const blind: FaceDetector = {
      ...createDetector({ models }),
      modelId: 'blind',
      ...idle,
      detect: async () => [],
    };
    assert.match(await tried({ detector: blind }), /^model_answers: It finds 0 of 44 faces/);
    const box = { x: 1, y: 1, width: 9, height: 9 };
    const real = createDetector({ models });
    const hallucinating: FaceDetector = {
      modelId: 'sees more',
      start: () => real.start(),
      stop: () => real.stop(),
      detect: async (frame) => [...(await real.detect(frame)), { box, score: 1 }],
    };
    assert.match(
      await tried({ detector: hallucinating }),
      /^model_answers: It finds 44 of 44 .* and 12 that are none/,
    );
  });

  it('refuses what takes longer than half of the interval, and longer than what runs now', async (context) => {
    let nowMs = 0;
    const timed = (ms: number): EmotionClassifier => {
      const inner = createEmotionClassifier({ models });
      const { modelId, thresholds: those } = inner;
      const classify: EmotionClassifier['classify'] = async (frame, face) => {
        nowMs += ms;
        return inner.classify(frame, face);
      };
      return {
        modelId,
        thresholds: those,
        start: () => inner.start(),
        stop: () => inner.stop(),
        classify,
      };
    };
    const options = { intervalMs: 200, nowMs: () => nowMs };
    assert.equal(await tried({ ...options, classifier: timed(25) }), 'good');
    const slow = await tried({ ...options, classifier: timed(40) });
    assert.match(slow, /^model_too_slow: .* 146\.7 ms, now 0\.0 ms; at most 100\.0 ms/);
    const endless = await tried({ ...options, classifier: timed(50_000) });
    assert.match(endless, /^model_too_slow: .* longer than 120 s/);
    const stuck = { ...timed(0), ...idle, classify: () => new Promise<never>(() => undefined) };
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const waiting = setInterval(() => context.mock.timers.tick(60_000), 500);
    assert.match(
      await tried({ classifier: stuck }),
      /^model_too_slow: One look .* longer than 60 s/,
    );
    clearInterval(waiting);
  });

  it('says by how much the known classifiers agree', async (context) => {
    const known = {
      fast: createEmotionClassifier({ models, choice: { kind: 'fast' } }),
      accurate: createEmotionClassifier({ models }),
      big: await ownOf(await readFile(models.get('big-xception', 'fp32').path), 'own-big'),
      mini: await ownOf(await readFile(models.get('mini-xception', 'fp32').path), 'own-mini'),
    };
    for (const [name, classifier] of Object.entries(known)) {
      const faces = await named(classifier);
      const shares = [...agreementOf(faces)].map(
        ([emotion, share]) => `${emotion} ${share.toFixed(2)}`,
      );
      context.diagnostic(`${name}: ${shares.join(', ')}`);
      assert.equal(classifierFault(faces), undefined, name);
    }
  });

  if (yunetPath !== undefined) {
    it('lets YuNet pass', async () => {
      assert.equal(await tried({ detector: createDetector({ models, yunetPath }) }), 'good');
    });
  }
});

const none = { happy: 0, sad: 0, neutral: 0, other: 0 };
const idle = { start: async () => undefined, stop: async () => undefined };

describe('classifierFault', () => {
  it('counts each emotion the same, however many faces have it', () => {
    const happy = { ...none, happy: 1 };
    const face = (emotion: NamedFace['emotion']): NamedFace => ({ emotion, scores: happy });
    const faces = [
      ...Array.from({ length: 18 }, () => face('happy')),
      face('sad'),
      face('neutral'),
    ];
    assert.match(classifierFault(faces)!, /100 % of the happy ones, 0 % of the sad ones, 0 % of/);
  });

  it('refuses two emotions that are exchanged', () => {
    const only = (emotion: NamedFace['emotion']) => ({ ...none, [emotion]: 1 });
    const faces = (['happy', 'sad', 'neutral'] as const).map((emotion) => {
      return { emotion, scores: only(emotion === 'happy' ? 'other' : emotion) };
    });
    assert.match(classifierFault(faces)!, /it names 0 % of the happy ones, 100 % of the sad ones/);
    const right = faces.map(({ emotion }) => ({ emotion, scores: only(emotion) }));
    assert.equal(classifierFault(right), undefined);
  });
});
