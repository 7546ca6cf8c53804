/**
 * Builds every model and writes size and sha256 of each file into its card. Run it after a change of
 * a recipe or a calibration file, then Prettier; the cards' figures have to be measured again then.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cardsDirectory, sha256Of } from './model-card.ts';
import type { ModelCard } from './model-card.ts';
import { buildModel, precisionsOf, recipes } from './recipes.ts';

for (const recipe of recipes) {
  const cardPath = path.join(cardsDirectory, `${recipe.id}.json`);
  const card = JSON.parse(await readFile(cardPath, 'utf8')) as ModelCard;
  const files = [];
  for (const precision of precisionsOf(recipe)) {
    const bytes = await buildModel(recipe, precision);
    files.push({
      name: `${recipe.id}-${precision}.onnx`,
      precision,
      bytes: bytes.length,
      sha256: sha256Of(bytes),
    });
  }
  await writeFile(cardPath, `${JSON.stringify({ ...card, files }, null, 2)}\n`);
  console.log(files.map(({ name, bytes, sha256 }) => `${name} ${bytes} ${sha256}`).join('\n'));
}
