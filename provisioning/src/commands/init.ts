import { existsSync } from 'node:fs';
import { report, type CommandContext } from '../command-context.ts';
import { openRegistry, registryPath } from '../with-registry.ts';

/** Makes the registry; one that is there stays as it is. */
export async function init(context: CommandContext): Promise<void> {
  const path = registryPath(context.settings);
  if (path === undefined) {
    const keyspace = context.settings.cassandraKeyspace;
    await openRegistry(context.settings, async () => {});
    report(context, { keyspace }, `The registry is ready in the keyspace ${keyspace}.\n`);
    return;
  }
  const created = !existsSync(path);
  await openRegistry(context.settings, async () => {});
  report(
    context,
    { path, created },
    created
      ? `Made the registry ${path}.\nNext: npx fleet site add SITE\n`
      : `The registry ${path} is there already; nothing was changed.\n`,
  );
}
