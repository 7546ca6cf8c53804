import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OperatorError } from '@emotion-fleet/service';
import { readStackConfig } from './config.ts';

const run = promisify(execFile);
const leastJava = 17;

export interface StackAvailability {
  readonly available: boolean;
  /** One sentence: what is missing and what to do about it. */
  readonly reason?: string;
}

/** The `java` to start: the one of `JAVA_HOME`, else the one on the PATH. */
export function javaCommand(): string {
  const { javaHome } = readStackConfig();
  return javaHome === undefined ? 'java' : join(javaHome, 'bin', 'java');
}

/** Whether Kafka and Cassandra can be started on this machine. */
export async function stackAvailability(): Promise<StackAvailability> {
  const java = await versionLine(javaCommand(), ['-version']);
  const major = java === undefined ? undefined : javaMajor(java);
  if (major === undefined || major < leastJava) {
    const found = major === undefined ? 'none was found' : `Java ${String(major)} was found`;
    const reason = `Kafka and Cassandra need Java ${String(leastJava)} or newer (${found}): install it, for example with apt install openjdk-17-jre-headless.`;
    return { available: false, reason };
  }
  if ((await versionLine('mvn', ['--version'])) === undefined) {
    const reason =
      'Maven gets the jars of Kafka and Cassandra, and mvn was not found: install it, for example with apt install maven.';
    return { available: false, reason };
  }
  return { available: true };
}

/** @throws OperatorError `stack_unavailable` */
export async function requireStack(): Promise<void> {
  const { available, reason } = await stackAvailability();
  if (!available) throw new OperatorError('stack_unavailable', reason ?? 'The stack cannot start.');
}

/**
 * For the `skip` of a suite: false where the stack can start, else the sentence that says why not.
 *
 * @throws OperatorError `stack_unavailable` where `CI` is set: there a suite that is skipped is a failure
 */
export async function skipWithoutStack(): Promise<string | false> {
  const { available, reason } = await stackAvailability();
  if (available) return false;
  if (readStackConfig().ci) await requireStack();
  return reason ?? 'the stack cannot start';
}

/** `openjdk version "17.0.15"` -> 17, `"1.8.0_292"` -> 8 */
export function javaMajor(versionText: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(versionText);
  return match === null ? undefined : Number(match[1]);
}

async function versionLine(command: string, parameters: string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(command, parameters, { timeout: 60_000 });
    return stdout + stderr;
  } catch {
    return undefined;
  }
}
