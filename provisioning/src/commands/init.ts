import { existsSync } from 'node:fs';
import { report, type CommandContext } from '../command-context.ts';
import { openRegistry, registryPath } from '../registry-file.ts';

/** Makes the registry; one that is there stays as it is. */
export async function init(context: CommandContext): Promise<void> {
  const path = registryPath(context.dataDirectory);
  const created = !existsSync(path);
  await openRegistry(path, async () => {});
  report(
    context,
    { path, created },
    created
      ? `Made the registry ${path}.\nNext: npx fleet site add SITE\n`
      : `The registry ${path} is there already; nothing was changed.\n`,
  );
}
