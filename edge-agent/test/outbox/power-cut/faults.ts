import { basename } from 'node:path';
import type { FileSystem, FileSystemHandle } from '../../../src/outbox/folder-files.ts';

/** Ways to be wrong that the audit must notice; it would prove nothing if it didn't. */
export const faults = [
  /** `fsync` of a segment returns at once. */
  'segments not synced',
  /** `fsync` of a folder returns at once. */
  'folders not synced',
  /** Of the state only the first writes are synced, not the acks that follow. */
  'acks not synced',
  /** The run's id reaches the disk after its first records. */
  'run after records',
  /** Both slots of the state are one file, written in place. */
  'one slot',
  /** A batch counts as acked when it is handed out. */
  'ack before delivery',
  /** Each start goes on under the first one's id. */
  'same run id',
] as const;
export type Fault = (typeof faults)[number];

/** A file system that does its work on `disk`, but for the fault. */
export function withFault(disk: FileSystem, fault: Fault | undefined): FileSystem {
  const late = new LateState();
  let statesOpened = 0;
  const nameOf = (file: string) =>
    fault === 'one slot' ? file.replace(/state-1$/, 'state-0') : file;
  return {
    mkdir: (folder, options) => disk.mkdir(folder, options),
    readdir: (folder) => disk.readdir(folder),
    rm: (file, options) => disk.rm(nameOf(file), options),
    stat: (file) => disk.stat(nameOf(file)),
    truncate: (file, size) => disk.truncate(nameOf(file), size),
    open: async (file, flags) => {
      const handle = await disk.open(nameOf(file), flags);
      const name = basename(file);
      const isState = name.startsWith('state-');
      const isSegment = name.startsWith('run-');
      if (fault === 'segments not synced' && isSegment) return unsynced(handle);
      if (fault === 'folders not synced' && !isState && !isSegment) return unsynced(handle);
      if (fault === 'acks not synced' && isState && statesOpened++ > 2) return unsynced(handle);
      if (fault === 'run after records') return late.delay(handle, isState);
      return handle;
    },
  };
}

function unsynced(handle: FileSystemHandle): FileSystemHandle {
  return { ...handle, datasync: () => Promise.resolve(), sync: () => Promise.resolve() };
}

/** Holds writes of the state back until the next segment is synced. */
class LateState {
  #held: (() => Promise<void>)[] = [];

  delay(handle: FileSystemHandle, isState: boolean): FileSystemHandle {
    if (isState) {
      const hold = (write: () => Promise<void>) => Promise.resolve(void this.#held.push(write));
      return {
        ...handle,
        writeFile: (bytes) => hold(() => handle.writeFile(bytes)),
        sync: () => hold(() => handle.sync()),
      };
    }
    return {
      ...handle,
      datasync: async () => {
        await handle.datasync();
        for (const write of this.#held.splice(0)) await write();
      },
    };
  }
}
