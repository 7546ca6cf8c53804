import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts, isFree } from './free-ports.ts';

/**
 * The ports of a server: those given, else those it had on the same data, else free ones. They are kept in
 * `ports.json` beside its data, because clients remember addresses.
 */
export async function choosePorts<Name extends string>(
  folder: string,
  given: Readonly<Record<Name, number | undefined>>,
): Promise<Record<Name, number>> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'ports.json');
  const kept = await readPorts(file);
  const names = Object.keys(given) as Name[];
  const spare = await freePorts(names.length);
  const chosen = {} as Record<Name, number>;
  for (const [index, name] of names.entries()) {
    const before = kept[name];
    chosen[name] =
      given[name] ?? (before !== undefined && (await isFree(before)) ? before : spare[index]!);
  }
  await writeFile(file, JSON.stringify(chosen));
  return chosen;
}

async function readPorts(file: string): Promise<Readonly<Record<string, number | undefined>>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, number | undefined>;
  } catch {
    return {}; // The first start, or a file cut off by a crash: other ports do as well.
  }
}
