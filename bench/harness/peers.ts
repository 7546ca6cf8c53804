import { fileURLToPath } from 'node:url';
import { resolveClasspath } from '@emotion-fleet/deploy';

/** Where peers are installed: apart from the workspace, whose lockfile knows nothing of them. */
export const peerFolder = fileURLToPath(new URL('../../.cache/bench', import.meta.url));

/** A file of `bench/peers`. */
export function peerFile(path: string): string {
  return fileURLToPath(new URL(`../peers/${path}`, import.meta.url));
}

/** The jars of a peer; Maven gets them the first time. */
export async function peerJars(
  name: 'kafka-tools' | 'cassandra-ceiling',
  say: (line: string) => void,
): Promise<string> {
  return resolveClasspath({
    name,
    pom: peerFile(`${name}/pom.xml`),
    cacheDirectory: peerFolder,
    onFetched: (fetched) => {
      if (fetched % 10 === 0) say(`${name}: ${fetched} jars fetched by Maven ...`);
    },
  });
}
