import { readFileSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What the fake program does; see `fake-camera.mjs`. */
export type FakeMode =
  'frames' | 'half' | 'dies' | 'chatters' | 'stalls' | 'leaves' | 'stubborn' | 'garbage' | 'noise';

export interface FakeProgram {
  /** Path of an executable that writes 64 x 48 pictures. */
  readonly command: string;
  /** The arguments of each time that it was started. */
  runs(): Promise<string[][]>;
  /** The process of each time that it was started. */
  pids(): Promise<number[]>;
}

/** Puts an executable with the real program's name into a folder; raspistill writes files, the others to their output. */
export async function fakeProgram(options: {
  directory: string;
  name: string;
  mode: FakeMode;
  /** A shell script starts it and waits, as where somebody added a setting of the camera. */
  isWrapped?: boolean;
}): Promise<FakeProgram> {
  const { directory, name, mode, isWrapped = false } = options;
  const command = path.join(directory, name);
  const script = path.join(
    import.meta.dirname,
    name === 'raspistill' ? 'fake-raspistill.mjs' : 'fake-camera.mjs',
  );
  const runsFile = path.join(directory, 'runs');
  await writeFile(
    command,
    `#!/bin/sh\n${isWrapped ? '' : 'exec '}"${process.execPath}" "${script}" ${mode} "${runsFile}" "$@"\nexit $?\n`,
  );
  await chmod(command, 0o755);
  const readRuns = async () => {
    const text = await readFile(runsFile, 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as { pid: number; args: string[] });
  };
  return {
    command,
    runs: async () => (await readRuns()).map(({ args }) => args),
    pids: async () => (await readRuns()).map(({ pid }) => pid),
  };
}

/** One that has ended and that nobody has asked about yet is gone. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
