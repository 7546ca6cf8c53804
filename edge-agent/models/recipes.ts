import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { keepBlocked } from './blocked-layout.ts';
import type { Graph } from './onnx-graph.ts';
import { encodeGraph } from './onnx-graph.ts';
import { quantizeGraph } from './quantize.ts';
import type { ActivationRanges } from './quantize.ts';
import { ModelError } from './model-error.ts';
import { findSourcePackage } from './source-package.ts';
import { readTfjsModel } from './tfjs-model.ts';
import type { TfjsModel } from './tfjs-model.ts';
import { GraphBuilder, type GraphTensor } from './graph-builder.ts';
import { translateTfjsModel } from './tfjs-to-graph.ts';

/** The npm packages that hold weights, as they are named in node_modules; the second is `@vladmandic/human` 0.3. */
export type WeightsPackage = '@vladmandic/human' | 'human-0.3';

export type Precision = 'int8' | 'fp32';
export type BuiltModelId =
  'blazeface-back-320x256' | 'blazeface-back-256x192' | 'big-xception' | 'mini-xception';

/** How a model is made out of its weights package. */
export interface ModelRecipe {
  readonly id: BuiltModelId;
  readonly weightsPackage: WeightsPackage;
  /** The TensorFlow.js model, relative to the weights package; its weights lie beside it. */
  readonly source: string;
  /** The part of the nodes, counted from the input, that is quantized; the rest stays float. Without it there is no int8. */
  readonly quantizedPart?: number;
  readonly translate: (model: TfjsModel) => Graph;
}

/**
 * Only the first 66 % of BlazeFace are quantized: its last quarter computes the box coordinates, and
 * in int8 AP48 falls from 81 to 37.
 */
const blazeFaceQuantizedPart = 0.66;

export const recipes: readonly ModelRecipe[] = [
  blazeFaceRecipe('blazeface-back-320x256'),
  blazeFaceRecipe('blazeface-back-256x192'),
  {
    id: 'big-xception',
    weightsPackage: '@vladmandic/human',
    source: 'models/emotion.json',
    quantizedPart: 1,
    translate: (model) => translateEmotionNetwork(model, 'big-xception'),
  },
  {
    id: 'mini-xception',
    weightsPackage: 'human-0.3',
    source: 'models/emotion/model.json',
    // No int8: its depthwise convolutions run slower in it, and the file is small as it is.
    translate: (model) => translateEmotionNetwork(model, 'mini-xception'),
  },
];

/** The float graph of a recipe, read from the installed package. */
export async function translateRecipe(recipe: ModelRecipe): Promise<Graph> {
  const { directory } = await findSourcePackage(recipe.weightsPackage);
  const sourcePath = path.join(directory, recipe.source);
  try {
    return recipe.translate(await readTfjsModel(sourcePath));
  } catch (cause) {
    if (cause instanceof ModelError) throw cause;
    throw new ModelError({
      code: 'model_source_missing',
      message: `The weights ${recipe.source} of ${recipe.weightsPackage} can't be read.`,
      cause,
    });
  }
}

/** The bytes of a model file. The same recipe gives the same bytes on every machine. */
export async function buildModel(recipe: ModelRecipe, precision: Precision): Promise<Uint8Array> {
  const graph = await translateRecipe(recipe);
  if (precision === 'fp32') return encodeGraph(keepBlocked(graph));
  const ranges = await readCalibration(recipe.id);
  return encodeGraph(
    quantizeGraph({ graph, ranges, nodeCount: quantizedNodeCount(recipe, graph) }),
  );
}

export function precisionsOf({ quantizedPart }: ModelRecipe): readonly Precision[] {
  return quantizedPart === undefined ? ['fp32'] : ['int8', 'fp32'];
}

export function quantizedNodeCount({ quantizedPart = 0 }: ModelRecipe, graph: Graph): number {
  return Math.floor(graph.nodes.length * quantizedPart);
}

export function calibrationPath(id: BuiltModelId): string {
  return path.join(import.meta.dirname, 'calibration', `${id}.json`);
}

async function readCalibration(id: BuiltModelId): Promise<ActivationRanges> {
  const text = await readFile(calibrationPath(id), 'utf8');
  return (JSON.parse(text) as { ranges: ActivationRanges }).ranges;
}

/** One network for both sizes: they differ in what their int8 was calibrated at. */
function blazeFaceRecipe(id: BuiltModelId): ModelRecipe {
  return {
    id,
    weightsPackage: '@vladmandic/human',
    source: 'models/blazeface.json',
    quantizedPart: blazeFaceQuantizedPart,
    translate: (model) => translateBlazeFace(model, id),
  };
}

/**
 * BlazeFace (back camera) for any size whose sides are multiples of 32. The four outputs become one:
 * a row for each anchor, [score, cx, cy, w, h, six keypoints], the anchors of stride 16 (two a cell)
 * before those of stride 32 (six a cell).
 */
function translateBlazeFace(model: TfjsModel, id: string): Graph {
  const builder = new GraphBuilder();
  // A size at which the outputs can be told apart; none of it stays in the graph.
  const [height, width] = [256, 320];
  const outputs = translateTfjsModel({ model, builder, inputShape: [1, height, width, 3] });
  const fineRows = (width / 16) * (height / 16) * 2;
  const coarseRows = (width / 32) * (height / 32) * 6;
  const levels = [fineRows, coarseRows].map((rows) =>
    builder.node('Concat', {
      inputs: [1, 16].map((columns) => findOutput({ outputs, rows, columns }).name),
      attributes: { axis: 2 },
    }),
  );
  builder.node('Concat', { inputs: levels, attributes: { axis: 1 }, output: 'anchors' });
  return builder.build({
    name: id,
    input: { name: 'input', shape: [1, 3, 0, 0] },
    outputs: [{ name: 'anchors', shape: [1, 0, 17] }],
  });
}

function findOutput(options: {
  outputs: ReadonlyMap<string, GraphTensor>;
  rows: number;
  columns: number;
}): GraphTensor {
  const { outputs, rows, columns } = options;
  for (const output of outputs.values()) {
    if (output.shape[1] === rows && output.shape[2] === columns) return output;
  }
  throw new ModelError({
    code: 'model_source_changed',
    message: `BlazeFace has no output of ${rows} rows and ${columns} columns.`,
  });
}

/** An emotion network with its logits as output: 64x64 grey in, seven classes out. */
function translateEmotionNetwork(model: TfjsModel, name: BuiltModelId): Graph {
  const builder = new GraphBuilder();
  const outputs = translateTfjsModel({ model, builder, inputShape: [1, 64, 64, 1] });
  const [logits] = outputs.values();
  if (logits === undefined) {
    throw new ModelError({
      code: 'model_source_changed',
      message: `The emotion network ${name} has no output.`,
    });
  }
  builder.node('Identity', { inputs: [logits.name], output: 'logits' });
  return builder.build({
    name,
    input: { name: 'input', shape: [1, 1, 64, 64] },
    outputs: [{ name: 'logits', shape: logits.shape }],
  });
}
