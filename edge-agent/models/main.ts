/** `npm run models -- fetch MODEL`: loads models that no package carries. */
import path from 'node:path';
import {
  Argument,
  Command,
  parseCommandLine,
  pathFrom,
  runCommand,
  urlText,
  type ParseContext,
} from '@emotion-fleet/command-line';
import { fetchModel } from './fetch-model.ts';
import { fetchableModel } from './fetchable-models.ts';
import { ModelError } from './model-error.ts';

const settings = {
  yunet: 'EMOTION_DETECTOR=yunet',
  mobilefacenet: 'EMOTION_CLASSIFIER=mobilefacenet',
} as const;
type ModelId = keyof typeof settings;

interface FetchOptions {
  readonly id: ModelId;
  readonly dir?: string;
  readonly url?: string;
}

function parseOptions(argv: readonly string[], context: ParseContext): FetchOptions | undefined {
  let chosen: FetchOptions | undefined;
  const program = new Command('npm run models --').description('Models that no package carries.');
  program
    .command('fetch')
    .description('Loads one, and goes on where a load broke off; size and sha256 are checked.')
    .addArgument(new Argument('<model>', 'which').choices(Object.keys(settings)))
    .option(
      '--dir <dir>',
      'where the file goes (default: .cache/models)',
      pathFrom(context.workingDirectory),
    )
    .option('--url <url>', 'another address of the same file', urlText)
    .addHelpText('after', '\nProxies are taken from HTTPS_PROXY, HTTP_PROXY and NO_PROXY.')
    .action((id: ModelId, options: Omit<FetchOptions, 'id'>) => {
      chosen = { ...options, id };
    });
  return parseCommandLine(program, argv, context) ? chosen : undefined;
}

async function main(argv: readonly string[], context: ParseContext): Promise<void> {
  const options = parseOptions(argv, context);
  if (options === undefined) return;
  const { id, url, dir } = options;
  const model = fetchableModel(id);
  const directory = dir ?? path.resolve(context.workingDirectory, '.cache/models');
  try {
    const { path: file, state } = await fetchModel({ model, url: url ?? model.url, directory });
    const found = state === 'present' ? 'is there already' : 'is loaded and right';
    context.write(`${file} ${found}.\nUse it with ${settings[id]}:${file}\n`);
  } catch (error) {
    if (!(error instanceof ModelError) || error.code !== 'model_unreachable') throw error;
    throw new ModelError({
      code: error.code,
      message: `${error.message} Run the command again to go on, or give another address with --url.`,
      cause: error,
    });
  }
}

await runCommand(main);
