import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import { OperatorError } from '@emotion-fleet/service';
import type { CameraProcess } from './picture-feed.ts';

/** What we use of a camera of the package raspicam. */
export interface Raspicam {
  /** Starts raspistill; false where it can't. */
  start(): boolean;
  /** Sends SIGTERM and looks at the folder no more. */
  stop(): boolean;
  /** A file in the folder of `output` was made, renamed or removed. */
  on(event: 'read', listener: () => void): void;
}

type Spawn = (command: string, args: readonly string[]) => CameraProcess;
/** Takes the options of raspistill by their long names, and the package's own `mode` and `log`. */
type RaspicamClass = new (options: Readonly<Record<string, unknown>>) => Raspicam;

/**
 * A fresh copy of the package raspicam (2017). It always starts `/opt/vc/bin/raspistill`, kills nothing for good, and
 * keeps one process for all its cameras in variables of the module; so it gets its own `child_process`, whose `spawn`
 * decides what is started, and a `process` without an exit on which it could hang a listener for each copy.
 *
 * @throws OperatorError `camera_program_missing` where the optional package isn't installed
 */
export function loadRaspicam(spawn: Spawn): RaspicamClass {
  const file = findPackage();
  const requireThere = createRequire(file);
  const requireInstead = (name: string): unknown =>
    name === 'child_process' ? { spawn } : requireThere(name);
  const module = { exports: {} };
  const run = compileFunction(
    readFileSync(file, 'utf8'),
    ['exports', 'require', 'module', 'process'],
    { filename: file },
  ) as (...values: unknown[]) => void;
  run(module.exports, requireInstead, module, { on: () => undefined });
  return module.exports as RaspicamClass;
}

function findPackage(): string {
  try {
    return createRequire(import.meta.url).resolve('raspicam');
  } catch (cause) {
    throw new OperatorError(
      'camera_program_missing',
      "The optional package raspicam isn't installed: run npm ci without --omit=optional.",
      { cause },
    );
  }
}
