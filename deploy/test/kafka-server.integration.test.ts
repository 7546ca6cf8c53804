import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePorts, KafkaServer, skipWithoutStack } from '../src/index.ts';
import { accepts, isAlive } from '../src/processes.ts';
import { waitUntil } from '../src/wait-until.ts';
import { TemporaryFolder } from './temporary-folder.ts';

describe('a Kafka server', { skip: await skipWithoutStack() }, () => {
  const folder = new TemporaryFolder();
  const server = new KafkaServer({ dataDirectory: folder.path });
  before(() => server.start());
  after(async () => {
    await server.stop();
    folder.dispose();
  });

  it('serves at its address once started', async () => {
    assert.ok(await accepts(Number(server.bootstrap.split(':')[1])));
    assert.ok(server.pid !== undefined && (await isAlive(server.pid)));
  });

  it('comes back on the same data and port after kill -9', async () => {
    const { bootstrap, pid } = server;
    await server.kill();
    assert.equal(server.pid, undefined);
    await server.start();
    assert.equal(server.bootstrap, bootstrap);
    assert.notEqual(server.pid, pid);
  });

  it('says with its last words why it died', async () => {
    const [port = 0] = await freePorts(1);
    const occupant = createServer().listen(port, '127.0.0.1');
    await once(occupant, 'listening');
    using other = new TemporaryFolder();
    const refused = new KafkaServer({ dataDirectory: other.path, port });
    await assert.rejects(refused.start(), { code: 'died', message: /Address already in use/ });
    occupant.close();
  });

  it('ends when its owner is killed', async () => {
    using other = new TemporaryFolder();
    const script = fileURLToPath(new URL('owner.ts', import.meta.url));
    const owner = spawn(process.execPath, [script, other.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    assert.ok(await isAlive(pid));
    owner.kill('SIGKILL');
    assert.ok(await waitUntil(async () => !(await isAlive(pid)), 5_000));
  });
});
