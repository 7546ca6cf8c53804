import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { Value } from 'typebox/value';
import { ModelError } from './model-error.ts';

const strict = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1 });

const ModelFileSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[a-z0-9_.-]+\\.onnx$' }),
    precision: Type.Union([Type.Literal('fp32'), Type.Literal('int8')]),
    bytes: Type.Integer({ minimum: 1 }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  },
  strict,
);

const FigureSchema = Type.Object(
  {
    name: Text,
    value: Type.Number(),
    unit: Text,
    precision: Type.Optional(Text),
    /** On what it was measured, and by whom: a figure without an origin is worth nothing. */
    origin: Text,
  },
  strict,
);

/** One look of a network at a face, for a card of several looks whose answers are averaged. */
const PassSchema = Type.Object(
  {
    /** The card of the network. */
    model: Text,
    mirrored: Type.Boolean(),
    /** How the crop is moved, in its own sides: to the right and down. */
    shiftX: Type.Number(),
    shiftY: Type.Number(),
    /** Above 1 the crop shows more than the face. */
    scale: Type.Number({ exclusiveMinimum: 0 }),
  },
  strict,
);

const Probability = Type.Number({ minimum: 0, maximum: 1 });

/** What a model is, where it comes from, what is known of it and what isn't. */
export const ModelCardSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9-]+$' }),
    title: Text,
    task: Type.Union([Type.Literal('face detection'), Type.Literal('emotion classification')]),
    source: Type.Object(
      {
        /** `npm:<package>` or the repository that publishes the file. */
        from: Text,
        version: Text,
        file: Text,
        authors: Text,
      },
      strict,
    ),
    licence: Text,
    input: Type.Object(
      {
        shape: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 4, maxItems: 4 }),
        layout: Type.Literal('NCHW'),
        preprocessing: Text,
      },
      strict,
    ),
    output: Type.Object({ description: Text, classes: Type.Optional(Type.Array(Text)) }, strict),
    /** Where the answers of several looks are averaged; such a card has no files of its own. */
    passes: Type.Optional(Type.Array(PassSchema, { minItems: 1 })),
    /** Logits are divided by the temperature; below its threshold an emotion is `uncertain`. */
    calibration: Type.Optional(
      Type.Object(
        {
          temperature: Type.Number({ exclusiveMinimum: 0 }),
          thresholds: Type.Object(
            { happy: Probability, sad: Probability, neutral: Probability, other: Probability },
            strict,
          ),
          origin: Text,
        },
        strict,
      ),
    ),
    /** Detections below this score are dropped. */
    detection: Type.Optional(Type.Object({ minimumScore: Type.Number(), origin: Text }, strict)),
    figures: Type.Array(FigureSchema),
    unknowns: Type.Array(Text, { minItems: 1 }),
    files: Type.Array(ModelFileSchema),
  },
  strict,
);

export type ModelCard = Static<typeof ModelCardSchema>;
export type ModelPass = Static<typeof PassSchema>;
export type ModelCardFile = Static<typeof ModelFileSchema>;

/** The folder of the committed cards. */
export const cardsDirectory = path.join(import.meta.dirname, 'cards');

/** All cards of a folder by id. Throws `model_card_invalid` with the first fault of a card. */
export async function readModelCards(directory: string): Promise<Map<string, ModelCard>> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.json')).sort();
  const cards = new Map<string, ModelCard>();
  for (const name of names) {
    const card = parseModelCard({ text: await readFile(path.join(directory, name), 'utf8'), name });
    cards.set(card.id, card);
  }
  return cards;
}

/** Parses a card; `name` (its file name) goes into the error and must be the card's id. */
export function parseModelCard(options: { text: string; name: string }): ModelCard {
  const { text, name } = options;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalidCard(name, 'it is not JSON', cause);
  }
  if (!Value.Check(ModelCardSchema, json)) {
    const [fault] = Value.Errors(ModelCardSchema, json);
    const place = fault?.instancePath === '' ? 'the card' : (fault?.instancePath ?? 'the card');
    throw invalidCard(name, `${place} ${fault?.message ?? 'does not match the schema'}`);
  }
  if (`${json.id}.json` !== name) throw invalidCard(name, `its id is ${json.id}`);
  return json;
}

/** The file of a card in a precision. Throws `model_card_invalid` where it has none. */
export function cardFile(card: ModelCard, precision: ModelCardFile['precision']): ModelCardFile {
  const file = card.files.find((candidate) => candidate.precision === precision);
  if (file === undefined) throw invalidCard(`${card.id}.json`, `it has no ${precision} file`);
  return file;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Throws `model_sha256_mismatch` unless `bytes` are those that the card describes. */
export function verifyModelBytes(options: {
  bytes: Uint8Array;
  file: ModelCardFile;
  origin: string;
}): void {
  const { bytes, file, origin } = options;
  const actual = sha256Of(bytes);
  if (actual === file.sha256) return;
  throw new ModelError({
    code: 'model_sha256_mismatch',
    message:
      `${origin} is not the model that its card describes: sha256 is ${actual.slice(0, 12)}..., ` +
      `the card of ${file.name} says ${file.sha256.slice(0, 12)}....`,
  });
}

function invalidCard(name: string, fault: string, cause?: unknown): ModelError {
  return new ModelError({
    code: 'model_card_invalid',
    message: `The model card ${name} is not valid: ${fault}.`,
    cause,
  });
}
