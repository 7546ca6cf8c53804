import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { resolveClasspath } from '@emotion-fleet/deploy';
import { OperatorError } from '@emotion-fleet/service';

const run = promisify(execFile);
const cacheDirectory = fileURLToPath(new URL('../../.cache/spark', import.meta.url));
const environment = join(cacheDirectory, 'pyspark-3.5.7');

export interface SparkCommand {
  readonly command: string;
  readonly parameters: readonly string[];
  /** Beside this process' own. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A file of this folder. */
export function sparkFile(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/**
 * How a PySpark program is run on this machine, on two cores. Spark and the connectors are installed into `.cache`
 * the first time.
 *
 * @throws OperatorError `spark_unavailable`, `stack_unavailable`, `jars_unavailable`
 */
export async function sparkCommand(program: string): Promise<SparkCommand> {
  const jars = await resolveClasspath({
    ...{ name: 'spark', pom: sparkFile('pom.xml'), cacheDirectory },
  });
  await installPySpark();
  const python = join(environment, 'bin/python');
  const submitArguments = [
    ...['--master', 'local[2]', '--driver-memory', '1g'],
    ...['--driver-class-path', join(jars, '*')],
    ...['--conf', 'spark.ui.enabled=false', '--conf', 'spark.sql.shuffle.partitions=4'],
    ...['--conf', 'spark.ui.showConsoleProgress=false'],
    // It would look for an address of this machine that others can reach.
    ...['--conf', 'spark.driver.host=127.0.0.1', '--conf', 'spark.driver.bindAddress=127.0.0.1'],
    'pyspark-shell',
  ];
  return {
    // Not spark-submit: it gives the program an input of its own, on which nobody can ask anything.
    command: python,
    parameters: [program],
    environment: {
      PYSPARK_PYTHON: python,
      PYSPARK_SUBMIT_ARGS: submitArguments.map((text) => `'${text}'`).join(' '),
    },
  };
}

async function installPySpark(): Promise<void> {
  const stamp = join(environment, 'installed');
  if (existsSync(stamp)) return;
  try {
    await rm(environment, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', environment]);
    const requirements = sparkFile('requirements.txt');
    await run(join(environment, 'bin/pip'), ['install', '--quiet', '--requirement', requirements]);
  } catch (cause) {
    const sentence =
      'PySpark could not be installed: it needs Python 3 with venv, and a network on which pip finds its packages.';
    throw new OperatorError('spark_unavailable', sentence, { cause });
  }
  await writeFile(stamp, '');
}
