import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Browser } from '@playwright/test';
import type { DeviceList, Summary } from '@emotion-fleet/contracts/api';
import { launchChromium } from '../support/chromium.ts';
import { DashboardPage } from '../support/dashboard-page.ts';
import { FleetProcess } from '../support/fleet-process.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitFor } from '../support/wait.ts';

const range = 'last=15m';
const sitePath = `/sites/museum?${range}`;
const cameraPath = `/devices/museum-gallery?${range}`;
const nobodyThen = 'from=2026-01-01T10:00:00.000Z&to=2026-01-01T11:00:00.000Z';

describe('dashboard in a browser, fed by real cameras', () => {
  const folder = temporaryFolder('browser');
  let fleet = new FleetProcess({ dataDirectory: folder.path });
  let browser: Browser;

  before(async () => {
    await fleet.start();
    browser = await launchChromium();
    await waitFor('every camera has reported a minute with visits', everyCameraReports, 120_000);
  });

  after(async () => {
    await browser.close();
    await fleet.signal('SIGTERM');
    folder.remove();
  });

  it('shows the figures, charts, sites and cameras of the fleet', async () => {
    const tab = await openTab(`/?${range}`);
    await tab.seesChart('faceTimePie');
    await tab.seesChart('timeline');
    const score = Number(await tab.attribute('headline', 'data-value'));
    assert.ok(score > 0 && score < 1, `mean happy score ${score}`);
    assert.match(await tab.text('headline'), /Too little data for an interval|95 % interval/);
    const statistics = await tab.text('statistics');
    assert.match(statistics, /Visits seen\s+[1-9]/);
    assert.match(statistics, /6 of 6 cameras reporting/);
    assert.match(statistics, /Observed share of time\s+[1-9]\d* %|>99 %/);
    await tab.waitForAttribute('sitesTable', 'data-rows', /^3$/);
    await tab.waitForAttribute('camerasTable', 'data-rows', /^6$/);
    assert.equal((await tab.text('camerasTable')).match(/^OK$/gm)?.length, 6);
    assert.equal(await tab.attribute('trustPanel', 'data-unexplained'), '0');
    assert.match(await tab.text('demoBanner'), /Demo data/);
    await tab.close();
  });

  it('drills down to a site and a camera and back, and keeps the range', async () => {
    const tab = await openTab('/?last=1h');
    const { page } = tab;
    await page.getByTitle('Last 15 minutes').click();
    await page.waitForURL(`**/?${range}`);
    await tab.part('sitesTable').getByRole('link', { name: 'City museum' }).click();
    await page.waitForURL(`**${sitePath}`);
    await tab.waitForAttribute('camerasTable', 'data-rows', /^2$/);
    await tab.seesChart('faceTimePie');
    await tab.seesChart('timeline');
    await tab.part('camerasTable').getByRole('link', { name: 'Gallery' }).click();
    await page.waitForURL(`**${cameraPath}`);
    assert.equal(await tab.attribute('rangePicker', 'data-range'), '15m');
    await page.getByRole('link', { name: 'City museum' }).click();
    await page.waitForURL(`**${sitePath}`);
    await page.goBack();
    await page.waitForURL(`**${cameraPath}`);
    await page.goBack();
    await page.goBack();
    await page.waitForURL(`**/?${range}`);
    await tab.seesChart('timeline');
    await page.goBack();
    await tab.waitForAttribute('rangePicker', 'data-range', /^1h$/);
    await tab.close();
  });

  it('shows where faces were, what a camera sees now, and that it was there', async () => {
    const tab = await openTab(cameraPath);
    await tab.seesChart('distribution');
    await tab.seesChart('timeline');
    await tab.seesChart('positionsScatter');
    await tab.seesChart('positionsHeatmap', 'shades');
    await tab.seesChart('presenceStrip', 'shades');
    await tab.waitForAttribute('gaps', 'data-rows', /^0$/);
    await tab.waitForAttribute('health', 'data-points', /^[1-9]/);
    await tab.page.getByText('networks on onnx').waitFor();
    await tab.waitForAttribute('liveBoxes', 'data-points', /^[1-9]/);
    assert.ok((await tab.part('liveBoxes').locator('rect').count()) > 0);
    assert.equal(await tab.page.locator('main :is(img, image, video)').count(), 0);
    await tab.close();
  });

  it('lets the figures grow without a reload', async () => {
    const tab = await openTab(`/?${range}`);
    await tab.waitForAttribute('liveIndicator', 'data-state', /^open$/);
    await tab.page.evaluate('window.sameDocument = true');
    const atFirst = await waitFor('there are samples', () => tab.samples());
    await waitFor('there are more', async () => (await tab.samples()) > atFirst, 15_000);
    assert.equal(await tab.page.evaluate('window.sameDocument'), true);
    await tab.close();
  });

  it('turns dark and remembers it', async () => {
    const tab = await openTab(`/?${range}`);
    const luminance = async () =>
      (await tab.page.evaluate<string>('getComputedStyle(document.body).backgroundColor'))
        .match(/\d+/g)!
        .reduce((sum, part) => sum + Number(part), 0);
    assert.ok((await luminance()) > 600);
    await tab.part('themeSwitch').click();
    await tab.part('themeSwitch').click();
    await waitFor('the page is dark', async () => (await luminance()) < 150);
    await tab.page.reload();
    await waitFor('the page is still dark', async () => (await luminance()) < 150);
    await tab.seesChart('faceTimePie');
    await tab.close();
  });

  for (const path of [`/?${range}`, sitePath, cameraPath]) {
    it(`fits a phone: ${path}`, async () => {
      const tab = await openTab(path, { width: 360, height: 780 });
      await tab.seesChart('faceTimePie');
      await tab.seesChart('timeline');
      assert.equal(await tab.overflowPx(), 0);
      await tab.close();
    });
  }

  it('says why there is nothing to show', async () => {
    const tab = await openTab(`/devices/museum-gallery?${nobodyThen}`);
    await tab.page.getByText('No readable visit in this range.').waitFor();
    await tab.page.getByText('No face was seen in this range.').first().waitFor();
    assert.equal(await tab.part('faceTimePie').count(), 0);
    assert.equal(await tab.part('positionsScatter').count(), 0);
    assert.equal(await tab.attribute('rangePicker', 'data-range'), 'custom');
    await tab.close();
  });

  it('changes a camera from afar, and says what became of it', async () => {
    const tab = await openTab('/devices/museum-entrance?last=15m');
    const { page } = tab;
    await tab.waitForAttribute('config', 'data-state', /^own$/);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByRole('checkbox', { name: /^Frames analysed/ }).click();
    const perSecond = page.getByLabel('Frames analysed per second');
    await perSecond.fill('');
    await perSecond.fill('3');
    await page.getByRole('checkbox', { name: /^Zones left out/ }).click();
    const picture = (await tab.part('zones').locator('svg').boundingBox())!;
    await page.mouse.move(picture.x + 4, picture.y + 4);
    await page.mouse.down();
    await page.mouse.move(picture.x + picture.width / 4, picture.y + picture.height / 4);
    await page.mouse.up();
    await tab.waitForAttribute('zones', 'data-rows', /^1$/);
    await page.getByRole('button', { name: 'Send to the camera' }).click();
    await tab.waitForAttribute('config', 'data-state', /^(pending|trying|applied)$/);
    await tab.waitForAttribute('config', 'data-state', /^applied$/, 60_000);
    assert.match(await tab.text('config'), /at most 3 per second[\s\S]*Zones left out\s+1/);
    await tab.close();
  });

  it('shows why a camera refuses what is wanted of it, and that it goes on', async () => {
    const tab = await openTab('/devices/museum-gallery?last=15m');
    const { page } = tab;
    await tab.waitForAttribute('config', 'data-state', /^own$/);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByRole('checkbox', { name: /^Face detector/ }).click();
    await using files = await serveWrongFile();
    // Somebody else is quicker.
    const answer = await fetch(`${fleet.address}/api/v1/devices/museum-gallery/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        settings: { detector: { kind: 'yunet', url: files.url } },
        basedOn: 0,
      }),
    });
    assert.equal(answer.status, 200);
    await page.getByRole('button', { name: 'Send to the camera' }).click();
    await page.getByText(/changed meanwhile.*Sending once more replaces/).waitFor();
    await page.getByRole('button', { name: 'close' }).click();
    await tab.waitForAttribute('config', 'data-state', /^refused$/, 60_000);
    assert.match(await tab.text('config'), /the one before stays: .*gives another file/);
    tab.takeMessage(/409/);
    await tab.close();
  });

  it('shows the last hour and says so where the address asks for no readable range', async () => {
    for (const query of ['last=banana', 'last=900d', 'from=2026-01-02&to=2026-01-01']) {
      const tab = await openTab(`/?${query}`);
      await tab.waitForAttribute('rangePicker', 'data-range', /^1h$/);
      await tab.part('unreadableRange').waitFor();
      await tab.seesChart('faceTimePie');
      await tab.close();
    }
    const asked = await openTab(`/?${range}`);
    await asked.seesChart('faceTimePie');
    assert.equal(await asked.part('unreadableRange').count(), 0);
    await asked.close();
  });

  it('names what is not there and leads back', async () => {
    const { page } = await openTab(`/sites/nowhere?${range}`);
    await page.getByText('There is no site “nowhere”.').waitFor();
    await page.getByRole('link', { name: 'Go to the fleet' }).click();
    await page.waitForURL(`**/?${range}`);
    await page.close();
  });

  it('hands out what it shows as CSV', async () => {
    const tab = await openTab(cameraPath);
    await tab.seesChart('timeline');
    const download = tab.page.waitForEvent('download');
    await tab.part('exportCsv').click();
    const text = await readFile(await (await download).path(), 'utf8');
    const [header = '', ...rows] = text.trim().split(/\r?\n/);
    assert.match(header, /^place,from,to,.*visits/);
    assert.ok(rows.length >= 15, `${rows.length} rows`);
    await tab.close();
  });

  it('opens the description of its API', async () => {
    const tab = await openTab('/api/docs');
    await tab.page.getByText('/api/v1/fleet/summary').first().waitFor();
    await tab.close();
  });

  it('says so while the server is away, and goes on when it is back', async () => {
    const tab = await openTab(`/?${range}`);
    const { page } = tab;
    await tab.seesChart('faceTimePie');
    const before = await tab.samples();
    assert.equal(await fleet.signal('SIGTERM'), 0);
    await tab.waitForAttribute('liveIndicator', 'data-state', /^(lost|connecting)$/);
    assert.ok((await tab.samples()) >= before, 'older figures stay on the page');
    const { port } = new URL(fleet.address);
    fleet = new FleetProcess({ dataDirectory: folder.path, arguments: ['--port', port] });
    await fleet.start();
    await tab.waitForAttribute('liveIndicator', 'data-state', /^open$/, 40_000);
    const afterwards = await tab.samples();
    await waitFor('figures grow again', async () => (await tab.samples()) > afterwards, 40_000);
    const isContent = async () => (await page.locator('main [role=alert]').count()) === 0;
    await waitFor('no panel is out of date', isContent, 40_000);
    await page.close();
  });

  async function openTab(path: string, size: { width?: number; height?: number } = {}) {
    return DashboardPage.open({ browser, url: `${fleet.address}${path}`, ...size });
  }

  /** The first report of a camera may be about the last second of a minute: such a one proves nothing. */
  async function everyCameraReports(): Promise<boolean> {
    const nowMs = Date.now();
    const query = `from=${new Date(nowMs - 900_000).toISOString()}&to=${new Date(nowMs).toISOString()}`;
    const { items } = await fleet.get<DeviceList>('/devices');
    const summaries = await Promise.all(
      items.map(({ deviceId }) => fleet.get<Summary>(`/devices/${deviceId}/summary?${query}`)),
    );
    return (
      summaries.length === 6 &&
      summaries.every(
        ({ readableVisits, coverage }) => readableVisits > 0 && coverage.analysedMs > 5_000,
      )
    );
  }
});

/** Gives everybody a file that is not the one he wants. */
async function serveWrongFile(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => response.end('not a model'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/yunet.onnx`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
