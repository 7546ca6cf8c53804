import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import type { Socket } from 'node:net';
import path from 'node:path';
import { OperatorError } from '@emotion-fleet/service';

/** `f_type` of the file systems that are memory: tmpfs and ramfs (linux/magic.h). */
const ramTypes = [0x01021994, 0x858458f6];

/** A folder of our own in RAM, for programs that insist on files; it doesn't outlive us. */
export class RamFolder {
  readonly path: string;
  #guard: ChildProcess | undefined;

  private constructor(folder: string) {
    this.path = folder;
  }

  /** Makes one in `parent`. Throws OperatorError `not_in_ram` where that is on a disk, or nowhere. */
  static make(parent: string): RamFolder {
    let isRam = false;
    try {
      isRam = ramTypes.includes(statfsSync(parent).type);
      if (isRam) return new RamFolder(mkdtempSync(path.join(parent, 'emotion-camera-')));
    } catch (cause) {
      const message = `Pictures can't be put into ${parent}: give the agent a writable tmpfs there.`;
      throw new OperatorError('not_in_ram', message, { cause });
    }
    throw new OperatorError(
      'not_in_ram',
      `Pictures would reach the disk at ${parent}: only a tmpfs may hold them for a moment.`,
    );
  }

  /** Has the program's process group killed and the folder removed when this process is gone, however it ended. */
  guard(program: ChildProcess): void {
    if (program.pid === undefined) return;
    // The end of its input is the end of this process. A session of its own survives a signal to our group.
    const script = 'read -r never; kill -s KILL -- "-$1"; rm -rf "$2"';
    const guard = spawn('sh', ['-c', script, 'guard', String(program.pid), this.path], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    guard.on('error', () => undefined);
    guard.unref();
    (guard.stdin as Socket | null)?.unref();
    this.#guard = guard;
  }

  remove(): void {
    this.#guard?.kill('SIGKILL');
    this.#guard = undefined;
    rmSync(this.path, { recursive: true, force: true });
  }
}
