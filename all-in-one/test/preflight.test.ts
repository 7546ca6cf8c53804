import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ensureCamera, ensurePortFree, ensureWritable } from '../src/preflight.ts';

const folder = mkdtempSync(join(tmpdir(), 'emotion-fleet-preflight-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('makes a data folder that is not there yet', async () => {
  await ensureWritable(join(folder, 'a', 'b'));
});

test('names a data folder that cannot be written', async () => {
  // A file in the way: refused for root, too, which a permission would not be.
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(ensureWritable(join(folder, 'file', 'data')), {
    code: 'unwritable',
    message: /choose another with --data/,
  });
});

test('names a data folder in a place that takes no folders', { timeout: 10_000 }, async () => {
  await assert.rejects(ensureWritable('/proc/emotion-fleet/data'), { code: 'unwritable' });
});

test('names a port that is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await assert.rejects(ensurePortFree(port, '127.0.0.1'), {
    code: 'port_taken',
    message: /choose another with --port/,
  });
  await new Promise((resolve) => server.close(resolve));
  await ensurePortFree(port, '127.0.0.1');
});

test('says how to install a missing ffmpeg', async () => {
  await assert.rejects(ensureCamera('/dev/video0', folder), {
    code: 'no_ffmpeg',
    message: /apt-get install ffmpeg/,
  });
});

test('names a camera that is not there', async () => {
  writeFileSync(join(folder, 'ffmpeg'), '#!/bin/sh\n', { mode: 0o755 });
  await assert.rejects(ensureCamera(join(folder, 'no.mp4'), folder), { code: 'no_camera' });
  await ensureCamera('rtsp://127.0.0.1/stream', folder);
});
