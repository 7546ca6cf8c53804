import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { DeviceList, SiteList } from '@emotion-fleet/contracts/api';
import { FleetProcess } from '../support/fleet-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait.ts';

const photoPackage = findPackageJSON('@vladmandic/face-api', import.meta.url) ?? '';
const photo = join(dirname(photoPackage), 'demo', 'sample4.jpg');
const fleetCommand = fileURLToPath(new URL('../../provisioning/bin/fleet.mjs', import.meta.url));
const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
const skip =
  hasFfmpeg || process.env['CI'] !== undefined
    ? false
    : 'ffmpeg is not installed (apt-get install ffmpeg)';

describe('npm start', () => {
  const folder = temporaryFolder('npm-start');
  after(() => folder.remove());

  it('keeps its data, refuses a second instance and a taken port in one sentence, and shares its registry with fleet', async (t) => {
    const dataDirectory = join(folder.path, 'demo');
    const fleet = new FleetProcess({ dataDirectory });
    t.after(() => fleet.signal('SIGKILL'));
    await fleet.start();
    const sites = await fleet.get<SiteList>('/sites');
    assert.deepEqual(sites.items.map(({ siteId }) => siteId).sort(), [
      'market',
      'museum',
      'theatre',
    ]);
    assert.equal((await fleet.get<DeviceList>('/devices')).items.length, 6);

    const second = new FleetProcess({ dataDirectory });
    second.spawn();
    assert.equal(await second.exited(), 1);
    assert.match(
      second.output,
      /\nAnother instance is using .*: stop it, or choose another data folder\.\n$/,
    );

    const port = new URL(fleet.address).port;
    const third = new FleetProcess({
      dataDirectory: join(folder.path, 'other'),
      arguments: ['--port', port],
    });
    third.spawn();
    assert.equal(await third.exited(), 1);
    assert.match(third.output, new RegExp(`\\nPort ${port} is taken: .*\\n$`));
    for (const { output } of [second, third]) assert.doesNotMatch(output, /^ +at /m);

    const listed = spawnSync(process.execPath, [
      fleetCommand,
      '--data',
      dataDirectory,
      '--json',
      'device',
      'list',
    ]);
    const { devices } = JSON.parse(listed.stdout.toString()) as { devices: unknown[] };
    assert.equal(devices.length, 6);
    assert.equal(await fleet.signal('SIGTERM'), 0);
    assert.match(fleet.output, /Stopped; the data is kept\./);
  });

  it(
    'reads a video file through ffmpeg, again and again, and holds back what is too few to show',
    { skip },
    async (t) => {
      const video = join(folder.path, 'people.mp4');
      makeVideo(video);
      const fleet = new FleetProcess({
        dataDirectory: join(folder.path, 'own'),
        arguments: ['--camera', video],
      });
      t.after(() => fleet.signal('SIGKILL'));
      await fleet.start();
      await waitFor('faces of the video are seen', async () => {
        const { items } = await fleet.get<DeviceList>('/devices');
        return items.length === 1 && (items[0]?.lastRecordAt ?? null) !== null;
      });
      const info = await fleet.get<{ demo: boolean; minimumGroupSize: number }>('/info');
      assert.deepEqual([info.demo, info.minimumGroupSize], [false, 10]);
      assert.equal(await fleet.signal('SIGINT'), 0);
    },
  );

  it('says in one sentence that a camera is not there', { skip }, async () => {
    const fleet = new FleetProcess({
      dataDirectory: join(folder.path, 'none'),
      arguments: ['--camera', join(folder.path, 'none.mp4')],
    });
    fleet.spawn();
    assert.equal(await fleet.exited(), 1);
    assert.match(fleet.output, /\nThere is no readable camera or file at .*\n$/);
  });
});

/** Six seconds of a view that wanders over a photograph of an installed package. */
function makeVideo(file: string): void {
  const { status, stderr } = spawnSync('ffmpeg', [
    ...['-v', 'error', '-y', '-loop', '1', '-i', photo, '-t', '6', '-r', '10'],
    ...['-vf', "crop=1280:960:'(iw-1280)*t/6':0,scale=640:480", '-c:v', 'mpeg4', file],
  ]);
  assert.equal(status, 0, stderr.toString());
  assert.ok(existsSync(file));
}
