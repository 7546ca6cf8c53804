import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { parseMqttTopic } from '@emotion-fleet/contracts';
import { agentEnvironment, agentEntryFile } from '../src/index.ts';
import { TestBroker } from './publish/test-broker.ts';
import { until } from './until.ts';

/** Mounts of its own; who isn't root becomes it in a namespace of users. */
const unshare = ['unshare', process.getuid?.() === 0 ? '-m' : '-rm'];
const mayMount = spawnSync(unshare[0]!, [unshare[1]!, 'mount', '--bind', '/mnt', '/mnt']).status;
const skip = mayMount === 0 ? false : 'needs namespaces of mounts (Linux, unshare)';

/** Everything but the folders becomes read-only, what lies beneath a temporary folder included. */
const script = `
set -e
mount --make-rprivate /
for folder in $WRITABLE; do mount --bind "$folder" "$folder"; done
for mounted in / /tmp /var /home /run; do
  if mountpoint -q "$mounted"; then mount -o remount,bind,ro "$mounted"; fi
done
if touch "$PROBE" 2>/dev/null; then echo 'the root is writable' >&2; exit 99; fi
exec "$@"
`;

describe('the edge agent on a read-only root', { skip }, () => {
  const broker = new TestBroker();
  let scratch = '';
  const folder = (name: string) => path.join(scratch, name);
  const isWritten = async (name: string) => (await readdir(folder(name))).length > 0;

  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'read-only-root-'));
    for (const name of ['data', 'models', 'compile-cache', 'home', 'elsewhere'])
      await mkdir(folder(name));
  });
  after(() => rm(scratch, { recursive: true, force: true }));
  beforeEach(() => broker.start());
  afterEach(() => broker.stop());

  function startAgent({ dataDirectory }: { readonly dataDirectory: string }) {
    const settings = agentEnvironment({
      ...{ deviceId: 'till-1', token: broker.token, mqttUrl: broker.url, clock: 'trust' },
      ...{ dataDirectory, modelCache: folder('models'), camera: 'virtual:sample6?seed=3' },
      logLevel: 'warn',
    });
    const [program, flag] = unshare as [string, string];
    const child = spawn(
      program,
      [flag, 'sh', '-c', script, 'sh', process.execPath, agentEntryFile],
      {
        env: {
          ...{ PATH: process.env['PATH'], HOME: folder('home'), ...settings },
          NODE_COMPILE_CACHE: folder('compile-cache'),
          // A home that could be written: a library that keeps something there shows.
          WRITABLE: ['data', 'models', 'compile-cache', 'home'].map(folder).join(' '),
          PROBE: folder('elsewhere/probe'),
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    const said = { errors: '' };
    child.stderr.on('data', (chunk: Buffer) => (said.errors += chunk.toString()));
    return { child, said };
  }

  const hasSample = () =>
    broker.arrivals.some(({ topic, payload }) => {
      if (parseMqttTopic(topic)?.channel !== 'records') return false;
      const { records } = JSON.parse(payload.toString()) as { records: { kind: string }[] };
      return records.some(({ kind }) => kind === 'sample');
    });

  it('films, keeps and sends with its data, its models and the compile cache alone writable', async () => {
    const { child, said } = startAgent({ dataDirectory: folder('data') });
    await until(() => hasSample() || child.exitCode !== null, 60_000);
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    assert.equal(child.exitCode, 0, said.errors);
    assert.ok(hasSample(), said.errors);
    assert.equal(said.errors, '');
    for (const name of ['data', 'models', 'compile-cache']) assert.ok(await isWritten(name), name);
    for (const name of ['home', 'elsewhere']) assert.ok(!(await isWritten(name)), name);
  });

  it('says in one sentence that its data directory is not writable', async () => {
    const { child, said } = startAgent({ dataDirectory: folder('elsewhere/data') });
    await once(child, 'exit');
    assert.equal(child.exitCode, 1);
    assert.match(
      said.errors,
      /^The data directory .* is not writable: give the agent write access to it\.\n$/,
    );
  });
});
