/**
 * Measures the activation ranges that quantizing needs, on the photographs of an installed package,
 * and writes them to calibration/*.json. The files are committed: run this only when a recipe or the
 * framing of the crops has changed, and update-cards.ts after it.
 */
import { writeFile } from 'node:fs/promises';
import { normalizeContrast } from '../src/classify/contrast-stretch.ts';
import { cropSquareOf, sampleLuma } from '../src/classify/face-crop.ts';
import { coarsestStride, decodeBlazeFace } from '../src/detect/blazeface-decoder.ts';
import { toFrameDetection } from '../src/detect/detection-geometry.ts';
import { Letterbox } from '../src/detect/letterbox.ts';
import { suppressNonMaxima } from '../src/detect/non-max-suppression.ts';
import type { ModelInput } from '../src/inference/model-session.ts';
import { openOnnxSession } from '../src/inference/onnx-session.ts';
import type { Detection, Frame } from '../src/ports.ts';
import { calibrationFrames, photoPackage } from './calibration-photos.ts';
import { cardsDirectory, readModelCards } from './model-card.ts';
import { encodeGraph } from './onnx-graph.ts';
import type { Graph } from './onnx-graph.ts';
import { tensorsToQuantize } from './quantize.ts';
import type { ActivationRange } from './quantize.ts';
import {
  calibrationPath,
  precisionsOf,
  quantizedNodeCount,
  recipes,
  translateRecipe,
} from './recipes.ts';
import type { BuiltModelId, ModelRecipe } from './recipes.ts';

const cropSize = 64;

const frames = await calibrationFrames();
const cards = await readModelCards(cardsDirectory);
for (const recipe of recipes.filter((one) => precisionsOf(one).includes('int8'))) {
  const graph = await translateRecipe(recipe);
  const inputs =
    recipe.id === 'big-xception' ? await faceCrops(frames) : letterboxed(recipe.id, frames);
  const ranges = await measureRanges({ recipe, graph, inputs });
  const json = { model: recipe.id, photographs: photoPackage, pictures: inputs.length, ranges };
  await writeFile(calibrationPath(recipe.id), `${JSON.stringify(json, null, 2)}\n`);
  console.log(`${recipe.id}: ${Object.keys(ranges).length} ranges over ${inputs.length} pictures`);
}

async function measureRanges(options: {
  recipe: ModelRecipe;
  graph: Graph;
  inputs: readonly ModelInput[];
}): Promise<Record<string, ActivationRange>> {
  const { recipe, graph, inputs } = options;
  const tensors = tensorsToQuantize(graph, quantizedNodeCount(recipe, graph));
  const results = tensors.filter((name) => name !== graph.input.name);
  // Each tensor of interest becomes an output, so that its values can be read.
  const outputs = results.map((name) => ({ name }));
  const session = await openOnnxSession({ model: encodeGraph({ ...graph, outputs }) });
  const ranges: Record<string, ActivationRange> = {};
  for (const input of inputs) {
    ranges[graph.input.name] = widen(ranges[graph.input.name], input.data);
    const values = await session.run(input);
    for (const [name, output] of values) ranges[name] = widen(ranges[name], output.data);
  }
  await session.close();
  return Object.fromEntries(
    tensors.map((name) => [
      name,
      ranges[name]!.map((bound) => Number(bound.toPrecision(6))) as [number, number],
    ]),
  );
}

function widen(range: ActivationRange | undefined, values: Float32Array): ActivationRange {
  let [minimum, maximum] = range ?? [0, 0];
  for (const value of values) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return [minimum, maximum];
}

function letterboxed(id: BuiltModelId, pictures: readonly Frame[]): ModelInput[] {
  const letterbox = letterboxOf(id);
  return pictures.map((frame) => {
    const { data, shape } = letterbox.fill(frame);
    return { data: Float32Array.from(data), shape };
  });
}

function letterboxOf(id: BuiltModelId): Letterbox {
  const [, , height = 0, width = 0] = cards.get(id)!.input.shape;
  const size = { width, height, sizeStep: coarsestStride };
  return new Letterbox({ ...size, channels: 'rgb', scale: 1 / 127.5, offset: -1 });
}

/** The faces that the float detector finds, cut out as the classifier cuts them. */
async function faceCrops(pictures: readonly Frame[]): Promise<ModelInput[]> {
  const recipe = recipes[0]!;
  const letterbox = letterboxOf(recipe.id);
  const session = await openOnnxSession({ model: encodeGraph(await translateRecipe(recipe)) });
  const histogram = new Uint32Array(256);
  const crops: ModelInput[] = [];
  for (const frame of pictures) {
    const input = letterbox.fill(frame);
    const [, , height = 0, width = 0] = input.shape;
    const outputs = await session.run(input);
    const output = outputs.get('anchors')!.data;
    const detections = decodeBlazeFace({ output, width, height, minimumScore: 0.6 })
      .map((face) => toFrameDetection({ face, letterbox, frame }))
      .filter((detection): detection is Detection => detection !== undefined);
    for (const face of suppressNonMaxima({ detections, maximumOverlap: 0.3 })) {
      const target = new Float32Array(cropSize * cropSize);
      sampleLuma({ plane: frame, square: cropSquareOf(face), size: cropSize, target });
      normalizeContrast(target, histogram);
      crops.push({ data: target, shape: [1, 1, cropSize, cropSize] });
    }
  }
  await session.close();
  return crops;
}
