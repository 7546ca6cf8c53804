import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { photoPath, readFrame } from '../../models/calibration-photos.ts';
import { ensureModels } from '../../models/index.ts';
import type { InstalledModels } from '../../models/index.ts';
import { BlazeFaceDetector } from '../../src/detect/blazeface-detector.ts';
import type { ModelInput, ModelSession } from '../../src/inference/model-session.ts';
import { intersectionOverUnion } from '../../src/detect/non-max-suppression.ts';
import type { Detection, Frame } from '../../src/ports.ts';
import { findSeenFace, readPhotoFaces } from '../fixtures/photo-faces.ts';

const { photos, tolerance } = await readPhotoFaces();
let cacheDirectory: string;
let models: InstalledModels;
let frames: ReadonlyMap<string, Frame>;

before(async () => {
  cacheDirectory = await mkdtemp(path.join(os.tmpdir(), 'emotion-fleet-models-'));
  models = await ensureModels({ cacheDirectory });
  const read = photos.map(async ({ file }) => {
    return [file, await readFrame({ file: await photoPath(file), width: 640 })] as const;
  });
  frames = new Map(await Promise.all(read));
});
after(() => rm(cacheDirectory, { recursive: true, force: true }));

type Size = '320x256' | '256x192';

async function detectAll(
  size: Size,
  precision: 'int8' | 'fp32',
): Promise<Map<string, Detection[]>> {
  const detector = new BlazeFaceDetector({
    model: models.get(`blazeface-back-${size}`, precision),
  });
  assert.equal(detector.modelId, `blazeface-back-${size}-${precision}`);
  await detector.start();
  const found = new Map<string, Detection[]>();
  for (const [file, frame] of frames) found.set(file, await detector.detect(frame));
  await detector.stop();
  return found;
}

for (const size of ['320x256', '256x192'] as const) {
  test(`finds the faces that a person sees, and no others, at ${size} in int8`, async () => {
    const found = await detectAll(size, 'int8');
    const missed: string[] = [];
    for (const { file, faces } of photos) {
      const detections = found.get(file)!;
      const frame = frames.get(file)!;
      for (const face of faces) {
        const match = findSeenFace({ detections, face, frame, tolerance: tolerance.center });
        if (match === undefined) missed.push(`${file} at ${face.x}, ${face.y}`);
      }
      assert.ok(detections.length <= faces.length, `nothing but faces in ${file}`);
    }
    assert.ok(missed.length <= tolerance.missedFaces, `missed: ${missed.join('; ')}`);
  });

  test(`finds the same faces in int8 as in fp32 at ${size}`, async () => {
    const [quantized, float] = [await detectAll(size, 'int8'), await detectAll(size, 'fp32')];
    for (const [file, detections] of float) {
      const others = quantized.get(file)!;
      assert.equal(others.length, detections.length, file);
      for (const { box, score } of detections) {
        const twin = others.find((other) => intersectionOverUnion(other.box, box) > 0.8);
        assert.ok(twin !== undefined && Math.abs(twin.score - score) < 0.1, file);
      }
    }
  });
}

test('gives eyes inside the box, the one further left first, and the best face first', async () => {
  for (const detections of (await detectAll('320x256', 'int8')).values()) {
    detections.forEach(({ box, eyes, score }, index) => {
      const [left, right] = eyes!;
      assert.ok(left.x < right.x);
      for (const eye of [left, right]) {
        assert.ok(eye.y > box.y && eye.y < box.y + box.height * 0.7);
      }
      assert.ok(index === 0 || score <= detections[index - 1]!.score);
    });
  }
});

test('looks at a picture without border, and puts what it sees there into the picture', async () => {
  const shapes: (readonly number[])[] = [];
  const session: ModelSession = {
    inputShape: [1, 3, 0, 0],
    outputNames: ['anchors'],
    run: async ({ shape }: ModelInput) => {
      shapes.push(shape);
      const data = new Float32Array(840 * 17).map((_, index) => (index % 17 === 0 ? -10 : 0));
      // The first anchor of the second row, at 8, 24 of the input.
      data.set([3, 8, 4, 16, 16], 2 * (shape[3]! / 16) * 17);
      return new Map([['anchors', { data, shape: [1, 840, 17] }]]);
    },
    close: async () => undefined,
  };
  const model = models.get('blazeface-back-320x256', 'int8');
  const detector = new BlazeFaceDetector({ model, openSession: async () => session });
  await detector.start();
  const centers: number[][] = [];
  for (const [width, height] of [
    [1280, 720],
    [720, 1280],
  ] as const) {
    const data = new Uint8Array(width * height * 1.5);
    const [face] = await detector.detect({ width, height, data, capturedAtMs: 0 });
    const [{ x, y }] = face!.eyes!;
    centers.push([x, y]);
  }
  assert.deepEqual(shapes, [
    [1, 3, 192, 320],
    [1, 3, 256, 160],
  ]);
  // Scaled by 1/4, 6 pixels above; by 1/5, 8 at the left.
  assert.deepEqual(centers, [
    [32, 72],
    [0, 120],
  ]);
});

test('refuses to start with a file that is not the one of its card', async () => {
  const model = models.get('blazeface-back-320x256', 'int8');
  const damaged = { ...model, path: path.join(cacheDirectory, 'damaged.onnx') };
  await writeFile(damaged.path, 'not a model');
  const detector = new BlazeFaceDetector({ model: damaged });
  await assert.rejects(detector.start(), { code: 'model_sha256_mismatch' });
  await assert.rejects(detector.detect([...frames.values()][0]!), {
    code: 'inference_unavailable',
  });
});
