/** `npm run models -- fetch MODEL`: loads models that no package carries. */
import { parseArgs } from 'node:util';
import { fetchModel } from './fetch-model.ts';
import { fetchableModels } from './fetchable-models.ts';
import { ModelError } from './model-error.ts';

const settings = {
  yunet: 'EMOTION_DETECTOR=yunet',
  mobilefacenet: 'EMOTION_CLASSIFIER=mobilefacenet',
} as const;

const ids = fetchableModels.map(({ id }) => id).join('|');
const usage = `Usage: npm run models -- fetch ${ids} [--dir DIR] [--url URL]

  --dir DIR   where the file goes (default .cache/models)
  --url URL   another address of the same file; size and sha256 are checked all the same
  Proxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY.`;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        dir: { type: 'string', default: '.cache/models' },
        url: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    const [command, id, ...rest] = positionals;
    const model = fetchableModels.find((candidate) => candidate.id === id);
    const isRight = command === 'fetch' && model !== undefined && rest.length === 0;
    const url = values.url ?? model?.url ?? '';
    if (values.help || !isRight || !URL.canParse(url)) return { isHelp: values.help };
    return { isHelp: false, wanted: { model, url, directory: values.dir } };
  } catch {
    return { isHelp: false };
  }
}

const { isHelp, wanted } = readArguments();
if (wanted === undefined) {
  if (isHelp) console.log(usage);
  else console.error(usage);
  process.exitCode = isHelp ? 0 : 2;
} else {
  try {
    const { path, state } = await fetchModel(wanted);
    console.log(state === 'present' ? `${path} is there already.` : `${path} is loaded and right.`);
    console.log(`Use it with ${settings[wanted.model.id]}:${path}`);
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const advice = ' Run the command again to go on, or give another address with --url.';
    console.error(`${error.message}${error.code === 'model_unreachable' ? advice : ''}`);
    process.exitCode = 1;
  }
}
