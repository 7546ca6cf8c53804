import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { CodedError } from '@emotion-fleet/service';
import { waitUntil } from './wait-until.ts';

const run = promisify(execFile);

/** Whether a process lives; one that has ended and was not waited for (a zombie) does not. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await commandOf(pid)) !== undefined;
}

/** The command line of a living process: pids are given anew, so a pid alone says little. */
export async function commandOf(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', 'stat=,command=', '-p', String(pid)]);
    const text = stdout.trim();
    return text === '' || text.startsWith('Z') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** SIGTERM, and SIGKILL after `graceMs`; resolves when the process is gone. */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  signal(pid, 'SIGTERM');
  if (await waitUntil(async () => !(await isAlive(pid)), graceMs)) return;
  signal(pid, 'SIGKILL');
  if (await waitUntil(async () => !(await isAlive(pid)), 10_000)) return;
  throw new CodedError('still_alive', `process ${String(pid)} did not end when it was killed`);
}

/** A process that is gone already needs no signal. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Whether something on loopback accepts connections at the port. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  const accepted = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  });
  socket.destroy();
  return accepted;
}
