import { ModelError, type ModelCard } from '../../models/index.ts';
import type { EmotionNetwork } from '../classify/averaging-emotion-classifier.ts';
import type { EmotionThresholds } from '../ports.ts';
import { readModelFile } from './model-loader.ts';
import type { ModelInput, ModelSession, SessionOpener } from './model-session.ts';
import { openOnnxSession } from './onnx-session.ts';

/** The classes of FER2013 in their order: what the outputs of such a network are. */
const classes = ['angry', 'disgusted', 'afraid', 'happy', 'sad', 'surprised', 'neutral'];
const side = 64;
const pixels = side * side;

export interface OwnXceptionOptions {
  readonly id: string;
  readonly path: string;
  readonly openSession?: SessionOpener | undefined;
}

/** The card of an operator's own network: its calibration comes with its configuration, the rest is as big-Xception's. */
export function ownXceptionCard(
  own: { id: string; temperature: number; thresholds: EmotionThresholds },
  bigXception: ModelCard,
): ModelCard {
  const { id, temperature, thresholds } = own;
  return {
    ...bigXception,
    id,
    title: id,
    source: { from: 'the configuration', version: id, file: id, authors: 'the operator' },
    licence: 'as the operator has it',
    output: { description: 'logits of the seven classes of FER2013', classes },
    calibration: {
      temperature,
      thresholds,
      origin: 'the configuration',
    },
    figures: [],
    files: [],
  };
}

/** An operator's own network in ONNX: 64x64 grey from -1 to 1 in, seven logits out. */
export function ownXception(options: OwnXceptionOptions): EmotionNetwork {
  const { id, path, openSession = openOnnxSession } = options;
  const open = async () => checked(await openSession({ model: await readModelFile(path) }), id);
  return { id, open };
}

/** Runs it once, since what comes out shows only then. Throws `model_shape_unexpected`. */
async function checked(session: ModelSession, id: string): Promise<ModelSession> {
  const shape = inputShapeOf(session.inputShape);
  const [output] = session.outputNames;
  try {
    if (shape === undefined || output === undefined) {
      throw otherNetwork(id, `its input is ${session.inputShape.join('x')}`);
    }
    const run = async ({ data }: ModelInput) => {
      const logits = (await session.run({ data, shape })).get(output);
      if (logits?.data.length !== classes.length) {
        throw otherNetwork(id, `it answers with ${logits?.data.length ?? 0} numbers`);
      }
      return new Map([['logits', logits]]);
    };
    await run({ data: new Float32Array(pixels), shape });
    return { inputShape: shape, outputNames: ['logits'], run, close: () => session.close() };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Channels first or last, which is the same for one channel; a size that a file leaves open (0) fits. */
function inputShapeOf(sizes: readonly number[]): readonly number[] | undefined {
  const fits = (shape: readonly number[]) =>
    sizes.length === shape.length &&
    shape.every((size, index) => sizes[index] === 0 || sizes[index] === size);
  return [
    [1, 1, side, side],
    [1, side, side, 1],
  ].find(fits);
}

function otherNetwork(id: string, what: string): ModelError {
  return new ModelError({
    code: 'model_shape_unexpected',
    message: `${id} is no network for 64x64 grey pictures and seven emotions: ${what}.`,
  });
}
