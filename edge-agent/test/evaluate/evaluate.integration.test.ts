import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import type { EmotionRow } from '../../evaluate/emotion-row.ts';
import type { EvaluationReport } from '../../evaluate/report.ts';
import { photoPath, readFrame } from '../../models/calibration-photos.ts';
import { createDetector, ensureModels } from '../../src/inference/index.ts';

const program = path.join(import.meta.dirname, '../../evaluate/main.ts');
const width = 1280;

let folder: string;
let boxes: number[][];

/** The corners of the faces that one of the measured detectors finds: it is right by definition. */
async function findFaces(file: string): Promise<number[][]> {
  const models = await ensureModels({ cacheDirectory: path.join(folder, 'models') });
  const detector = createDetector({ models, precision: 'fp32' });
  await detector.start();
  const found = await detector.detect(await readFrame({ file, width }));
  await detector.stop();
  return found.map(({ box: { x, y, width: w, height: h } }) => [x, y, x + w, y + h]);
}

/** Pictures of an installed package, in the form of an evaluation folder. */
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'emotion-fleet-evaluate-'));
  const file = await photoPath('sample1.jpg');
  const picture = await sharp(file).resize({ width }).jpeg().toBuffer();
  await mkdir(path.join(folder, 'all/detection/frames'), { recursive: true });
  await mkdir(path.join(folder, 'all/emotion/happy'), { recursive: true });
  await writeFile(path.join(folder, 'all/detection/frames/a.jpg'), picture);
  await writeFile(path.join(folder, 'all/detection/frames/unlabelled.jpg'), picture);
  await writeFile(path.join(folder, 'all/detection/frames/broken.jpg'), 'no picture');
  boxes = await findFaces(path.join(folder, 'all/detection/frames/a.jpg'));
  await writeFile(
    path.join(folder, 'all/detection/boxes.json'),
    JSON.stringify({ 'a.jpg': boxes, 'broken.jpg': [], 'unlabelled.jpg': ['somewhere'] }),
  );
  for (const [index, [left = 0, top = 0, right = 0]] of boxes.entries()) {
    const side = Math.round(right - left);
    await sharp(picture)
      .extract({ left: Math.round(left), top: Math.round(top), width: side, height: side })
      .resize(48, 48)
      .greyscale()
      .jpeg()
      .toFile(path.join(folder, `all/emotion/happy/${index}.jpg`));
  }
  await mkdir(path.join(folder, 'half/emotion'), { recursive: true });
  await mkdir(path.join(folder, 'torn/detection/frames'), { recursive: true });
  await writeFile(path.join(folder, 'torn/detection/boxes.json'), '{"a.jpg": [[');
});
after(() => rm(folder, { recursive: true, force: true }));

async function run(...argv: string[]) {
  const models = path.join(folder, 'models');
  const child = spawn(process.execPath, [program, '--models', models, ...argv]);
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, errors };
}

test('measures every model, writes report and tables, and goes on after a broken picture', async () => {
  const json = path.join(folder, 'reports/accuracy.json');
  const { code, output, errors } = await run('--data', path.join(folder, 'all'), '--json', json);
  assert.equal(code, 0, errors);
  const report = JSON.parse(await readFile(json, 'utf8')) as EvaluationReport;
  assert.deepEqual(report.leftOut, { detection: 2, emotion: 0 });
  assert.match(errors, /broken\.jpg is left out: /);
  assert.match(errors, /unlabelled\.jpg is left out: boxes\.json has no right boxes of it\./);
  assert.match(output, /2 pictures were left out\./);
  for (const size of ['320x256', '256x192']) {
    for (const precision of ['int8', 'fp32']) {
      const row = report.detection![`blazeface-back-${size}-${precision}`]!;
      assert.equal(row.frames, 1);
      assert.equal(row.faces48, boxes.length);
      assert.ok(row.ap48! > 0.5, `AP48 ${row.ap48} at ${size} in ${precision}`);
    }
  }
  assert.ok(boxes.length >= 2);
  assert.equal(report.detection!['blazeface-back-320x256-fp32']!.recall, 1);
  const emotions = Object.entries(report.emotion!);
  assert.deepEqual(
    emotions.map(([name]) => name),
    ['big-xception-int8', 'big-xception-fp32', 'xception-pair-int8', 'xception-pair-fp32'],
  );
  for (const [name, row] of emotions) {
    assert.equal(row.faces, boxes.length);
    assert.ok(row.accuracy7 !== null && row.accuracy3 !== null && row.coverage !== null);
    assert.match(output, new RegExp(`^${name} +\\d`, 'm'));
  }
  assertAllDiffer({
    'big-xception-int8': report.emotion!['big-xception-int8']!,
    ...report.comparisons,
  });
});

/** A comparison that changes nothing would be the plain network under another name. */
function assertAllDiffer(rows: Readonly<Record<string, EmotionRow>>): void {
  assert.equal(Object.keys(rows).length, 9);
  // It follows each probability; rounding alone is far below the limit.
  const values = Object.entries(rows).map(([name, row]) => ({ name, value: row.eceUncalibrated }));
  for (const [index, one] of values.entries()) {
    for (const other of values.slice(index + 1)) {
      const isDifferent = Math.abs(one.value - other.value) > 1e-5;
      assert.ok(isDifferent, `"${one.name}" measures what "${other.name}" does`);
    }
  }
}

test('leaves the half that is not there null', async () => {
  const json = path.join(folder, 'half.json');
  const { code, errors } = await run('--data', path.join(folder, 'half'), '--json', json);
  assert.equal(code, 0, errors);
  const report = JSON.parse(await readFile(json, 'utf8')) as EvaluationReport;
  assert.equal(report.detection, null);
  assert.equal(report.emotion!['big-xception-int8']!.faces, 0);
  assert.equal(report.emotion!['big-xception-int8']!.accuracy7, null);
});

test('says in one sentence that there are no pictures, that the boxes are torn, or a model is missing', async () => {
  for (const [argv, sentence] of [
    [['--data', '/nowhere'], /^There are no labelled pictures in \/nowhere: [^\n]*\n$/],
    [['--data', path.join(folder, 'torn')], /boxes\.json can't be read or isn't JSON\.\n$/],
    [
      ['--data', path.join(folder, 'half'), '--mobilefacenet', '/none.onnx'],
      /^The model file \/none\.onnx can't be read\.\n$/m,
    ],
    [[], /^Required option '--data <dir>' not specified/],
  ] as const) {
    const { code, output, errors } = await run(...argv);
    assert.equal(code, argv.length === 0 ? 2 : 1);
    assert.equal(output, '');
    assert.match(errors, sentence);
    assert.doesNotMatch(errors, /\n\s+at /);
  }
  assert.match((await run('--help')).output, /^Usage: npm run evaluate/);
});
