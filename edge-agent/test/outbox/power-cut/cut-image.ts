import {
  newFile,
  newFolder,
  resized,
  type FileNode,
  type FolderNode,
  type Node,
} from './simulated-disk.ts';

/**
 * What of the changes that were not synced is found after a power cut: none, all, the names and sizes without the
 * bytes (zeros), or any part of them in any order.
 */
export const survivals = ['nothing', 'everything', 'sizes', 'parts'] as const;
export type Survival = (typeof survivals)[number];

export interface CutOptions {
  readonly survival: Survival;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const sectorBytes = 512;

/** The folder as it is found after a power cut; what is there then is durable. */
export function folderAfterCut(folder: FolderNode, options: CutOptions): FolderNode {
  const names = new Set([...folder.durable.keys(), ...folder.pending.map(({ name }) => name)]);
  const entries: [string, Node][] = [];
  for (const name of names) {
    // The changes of one name reach the disk in their order, those of different names in any.
    const states = [
      folder.durable.get(name),
      ...folder.pending.filter((change) => change.name === name).map(({ node }) => node),
    ];
    const node = states[reached(states.length - 1, options)];
    if (node === undefined) continue;
    const left =
      node.kind === 'file'
        ? newFile(contentAfterCut(node, options))
        : folderAfterCut(node, options);
    entries.push([name, left]);
  }
  return newFolder(entries);
}

/** How many of `count` changes reached the disk. */
function reached(count: number, { survival, random }: CutOptions): number {
  if (survival === 'nothing') return 0;
  return survival === 'parts' ? Math.floor(random() * (count + 1)) : count;
}

function contentAfterCut(file: FileNode, options: CutOptions): Buffer {
  const { survival, random } = options;
  if (survival === 'nothing' || file.pending.length === 0) return file.durable;
  if (survival === 'everything') return file.seen;
  const sizesReached = reached(file.pending.length, options);
  let content: Buffer = file.durable;
  let size = content.length;
  let sizeOnDisk = size;
  for (const [index, change] of file.pending.entries()) {
    if ('size' in change) {
      size = change.size;
      if (index < sizesReached) content = resized(content, size);
    } else {
      size = change.at + change.bytes.length;
      content = Buffer.from(resized(content, Math.max(content.length, size)));
      if (survival === 'parts') copySomeSectors({ ...change, content, random });
      else content.fill(0, change.at, size);
    }
    if (index < sizesReached) sizeOnDisk = size;
  }
  return resized(content, sizeOnDisk);
}

/** Each sector of a write is on the disk, or isn't, or as far as some byte. */
function copySomeSectors(options: {
  readonly at: number;
  readonly bytes: Buffer;
  readonly content: Buffer;
  readonly random: () => number;
}): void {
  const { at, bytes, content, random } = options;
  for (let from = 0; from < bytes.length;) {
    const end = Math.min(bytes.length, from + sectorBytes - ((at + from) % sectorBytes));
    const fate = random();
    const isWhole = fate < 0.5;
    const isTorn = fate >= 0.75;
    const copied = isWhole ? end - from : isTorn ? Math.floor(random() * (end - from)) : 0;
    bytes.copy(content, at + from, from, from + copied);
    from = end;
  }
}
