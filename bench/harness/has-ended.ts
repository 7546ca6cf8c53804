import type { ChildProcess } from 'node:child_process';

/** By itself or by a signal, of which the exit code alone says nothing. */
export function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
