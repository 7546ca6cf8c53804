import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import {
  cardFile,
  cardsDirectory,
  parseModelCard,
  readModelCards,
  verifyModelBytes,
} from '../../models/model-card.ts';
import { recipes } from '../../models/recipes.ts';

const name = 'big-xception.json';
const text = await readFile(path.join(cardsDirectory, name), 'utf8');

function changed(change: (card: Record<string, unknown>) => void): string {
  const card = JSON.parse(text) as Record<string, unknown>;
  change(card);
  return JSON.stringify(card);
}

test('has a valid card with an origin for each figure for each model that is built', async () => {
  const cards = await readModelCards(cardsDirectory);
  for (const { id } of recipes) {
    const card = cards.get(id)!;
    assert.ok(card.figures.length > 0, `${id} has figures`);
    assert.ok(card.figures.every((figure) => figure.origin.length > 20));
  }
});

test('pins size and checksum of the YuNet file that has to be fetched', async () => {
  const card = (await readModelCards(cardsDirectory)).get('yunet-2023mar')!;
  const file = cardFile(card, 'fp32');
  assert.equal(file.bytes, 232_589);
  assert.match(file.sha256, /^8f2383e4/);
  assert.throws(() => cardFile(card, 'int8'), { code: 'model_card_invalid' });
});

test('refuses a card without a licence and says which one', () => {
  const withoutLicence = changed((card) => delete card['licence']);
  assert.throws(() => parseModelCard({ text: withoutLicence, name }), {
    code: 'model_card_invalid',
    message: /big-xception\.json.*licence/,
  });
});

test('refuses a card with an unknown field, with no unknowns, or that is not JSON', () => {
  for (const faulty of [
    changed((card) => (card['author'] = 'nobody')),
    changed((card) => (card['unknowns'] = [])),
    text.slice(0, -10),
  ]) {
    assert.throws(() => parseModelCard({ text: faulty, name }), { code: 'model_card_invalid' });
  }
});

test('refuses a card that describes another model than its name says', () => {
  assert.throws(() => parseModelCard({ text, name: 'other.json' }), {
    code: 'model_card_invalid',
    message: /its id is big-xception/,
  });
});

test('names the file and both checksums where a model is not the described one', () => {
  const file = cardFile(parseModelCard({ text, name }), 'int8');
  assert.throws(
    () => verifyModelBytes({ bytes: Uint8Array.of(1), file, origin: '/models/a.onnx' }),
    {
      code: 'model_sha256_mismatch',
      message: new RegExp(`^/models/a\\.onnx is not.*${file.sha256.slice(0, 12)}`),
    },
  );
});
