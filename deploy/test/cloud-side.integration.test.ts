import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { composeProgram, hadolint, ToolMissing } from '../../provisioning/test/balena/tools.ts';
import { deployFile } from '../src/jars.ts';

const run = promisify(execFile);

interface Service {
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly mem_limit?: string;
  readonly restart?: string;
  readonly network_mode?: string;
  readonly volumes?: readonly { readonly type: string; readonly source: string }[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

interface Composition {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** The tool, or undefined after the test has been marked as skipped. */
async function toolOrSkip(
  context: TestContext,
  name: string,
  get: () => Promise<string>,
): Promise<string | undefined> {
  try {
    return await get();
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    process.stderr.write(`skipped: ${name} can't be had here (${error.message})\n`);
    context.skip(`${name} can't be had here`);
    return undefined;
  }
}

/** @throws the parser's own words */
async function parseCompose(program: string, file: string): Promise<Composition> {
  const { stdout, stderr } = await run(program, ['-f', file, 'test']);
  assert.equal(stderr, '');
  return JSON.parse(stdout) as Composition;
}

it('has a compose file that its parser takes, with health checks, limits and volumes', async (context) => {
  const program = await toolOrSkip(context, "Docker's compose parser (Go)", composeProgram);
  if (program === undefined) return;
  const { services, volumes } = await parseCompose(program, deployFile('docker-compose.yml'));
  const names = ['cassandra', 'dashboard', 'gateway', 'kafka', 'processor'];
  assert.deepEqual(Object.keys(services).sort(), names);
  for (const [name, service] of Object.entries(services)) {
    assert.ok(service.healthcheck?.test[0] === 'CMD', name);
    assert.ok(service.mem_limit !== undefined, name);
    assert.equal(service.restart, 'unless-stopped', name);
  }
  for (const name of ['gateway', 'processor', 'dashboard']) {
    const conditions = Object.entries(services[name]!.depends_on ?? {});
    assert.deepEqual(conditions.map(([other, { condition }]) => `${other} ${condition}`).sort(), [
      'cassandra service_healthy',
      'kafka service_healthy',
    ]);
  }
  for (const [name, folder] of [
    ['kafka', 'kafka-data'],
    ['cassandra', 'cassandra-data'],
  ] as const) {
    assert.deepEqual(
      services[name]!.volumes?.map(({ type, source }) => `${type} ${source.replace('test_', '')}`),
      [`volume ${folder}`],
    );
  }
  assert.equal(Object.keys(volumes).length, 2);
});

it('has a compose file with no secret in it, and only MQTT beyond loopback', async () => {
  const text = await readFile(deployFile('docker-compose.yml'), 'utf8');
  assert.doesNotMatch(text, /^\s*\w*(TOKEN|SECRET|PASSWORD|_KEY)\w*\s*:/im);
  const open = text.split('\n').filter((line) => /0\.0\.0\.0/.test(line));
  assert.deepEqual(
    open.map((line) => line.trim()),
    ['EMOTION_MQTT_HOST: 0.0.0.0'],
  );
});

it('is told by the parser where a compose file is wrong', async (context) => {
  const program = await toolOrSkip(context, "Docker's compose parser (Go)", composeProgram);
  if (program === undefined) return;
  const folder = await mkdtemp(join(tmpdir(), 'compose-'));
  const file = join(folder, 'docker-compose.yml');
  const text = await readFile(deployFile('docker-compose.yml'), 'utf8');
  await writeFile(file, text.replace('mem_limit: 1g', 'memory_limit: 1g'));
  await assert.rejects(parseCompose(program, file));
  await rm(folder, { recursive: true });
});

it('has a Dockerfile in which hadolint finds nothing', async (context) => {
  const linter = await toolOrSkip(context, 'hadolint (Python)', hadolint);
  if (linter === undefined) return;
  const { stdout } = await run(linter, ['--format', 'json', deployFile('Dockerfile')]);
  assert.equal(stdout.trim(), '[]');
});

it('has a Dockerfile that copies the manifest and the code of all that the services need', async () => {
  const text = await readFile(deployFile('Dockerfile'), 'utf8');
  const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
    sources.split(' '),
  );
  for (const path of copied) assert.ok(existsSync(deployFile(`../${path}`)), path);
  const needed = new Set<string>();
  const follow = async (folder: string) => {
    if (needed.has(folder)) return;
    needed.add(folder);
    const manifest = JSON.parse(
      await readFile(deployFile(`../${folder}/package.json`), 'utf8'),
    ) as { readonly dependencies?: Readonly<Record<string, string>> };
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      const [, workspace] = /^@emotion-fleet\/(.+)$/.exec(name) ?? [];
      if (workspace !== undefined) await follow(`libs/${workspace}`);
    }
  };
  for (const folder of ['gateway', 'cloud-processor', 'dashboard/server', 'dashboard/web']) {
    await follow(folder);
  }
  for (const folder of needed) {
    assert.ok(copied.includes(folder), folder);
    assert.ok(copied.includes(`${folder}/package.json`), `${folder}/package.json`);
  }
});
