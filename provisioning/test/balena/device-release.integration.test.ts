import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { repositoryFile } from './repository.ts';
import { composeParser, hadolint, ToolMissing } from './tools.ts';

const run = promisify(execFile);

/** The tool, or undefined after the test has been marked as skipped. */
async function toolOrSkip<Tool>(
  context: TestContext,
  name: string,
  get: () => Promise<Tool>,
): Promise<Tool | undefined> {
  try {
    return await get();
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    process.stderr.write(`skipped: ${name} can't be had here (${error.message})\n`);
    context.skip(`${name} can't be had here`);
    return undefined;
  }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'device-release-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What balena makes of the template for one device type. */
async function dockerfileOf(deviceType: string): Promise<string> {
  const template = await readFile(repositoryFile('edge-agent/Dockerfile.template'), 'utf8');
  return template.replaceAll('%%BALENA_MACHINE_NAME%%', deviceType);
}

test("balena's compose parser takes the device release, and not one with a bind mount", async (context) => {
  const parse = await toolOrSkip(context, "balena's compose parser (Go)", composeParser);
  if (parse === undefined) return;
  const { services, volumes } = await parse(repositoryFile('docker-compose.yml'));
  assert.deepEqual(Object.keys(services), ['edge-agent']);
  const agent = services['edge-agent'];
  assert.equal(agent?.privileged, true);
  assert.deepEqual(agent.build, { context: '.', dockerfile: 'edge-agent/Dockerfile.template' });
  assert.deepEqual(Object.keys(volumes ?? {}), ['agent-data']);

  // It refuses a bind mount, so it does look.
  const release = await readFile(repositoryFile('docker-compose.yml'), 'utf8');
  await inFolder(async (folder) => {
    const file = join(folder, 'docker-compose.yml');
    await writeFile(file, release.replace('agent-data:/data', '/etc:/data'));
    await assert.rejects(parse(file), /cannot be of type "bind"/);
  });
});

test('hadolint finds nothing in the Dockerfile of any supported device type', async (context) => {
  const linter: string | undefined = await toolOrSkip(context, 'hadolint (Python)', hadolint);
  if (linter === undefined) return;
  await inFolder(async (folder) => {
    for (const deviceType of ['raspberrypi4-64', 'raspberrypi5']) {
      const file = join(folder, `Dockerfile.${deviceType}`);
      await writeFile(file, await dockerfileOf(deviceType));
      const findings: { stdout: string } = await run(linter, ['--format', 'json', file]);
      assert.equal(findings.stdout.trim(), '[]');
    }
    const bad = join(folder, 'Dockerfile.bad');
    await writeFile(bad, 'FROM debian\nRUN cd /tmp && sudo true\n');
    await assert.rejects(run(linter, [bad]));
  });
});
