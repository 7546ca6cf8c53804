/**
 * Takes the pictures of the README from the running product: starts it on a temporary data folder, waits until
 * every camera has seen visits, and writes docs/images/. `--all DIR` takes every page in both themes and widths
 * besides, to be looked at. `--address URL` takes them from a dashboard that already runs.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser } from '@playwright/test';
import type { DeviceList, Timeline } from '@emotion-fleet/contracts/api';
import { launchChromium, watchConsole } from '../tests/support/chromium.ts';
import { FleetProcess } from '../tests/support/fleet-process.ts';
import { temporaryFolder } from '../tests/support/temporary-folder.ts';
import { waitFor } from '../tests/support/wait.ts';

interface Picture {
  readonly file: string;
  readonly path: string;
  readonly theme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

const imagesFolder = 'docs/images';
const range = 'last=15m';
const pages = {
  fleet: `/?${range}`,
  site: `/sites/museum?${range}`,
  camera: `/devices/museum-entrance?${range}`,
};
const widths = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
/** Minutes with visits, so that a timeline is more than a dot. */
const leastMinutes = 5;
const leastVisitsOfCamera = 3;

const { values: options } = parseArgs({
  options: { all: { type: 'string' }, address: { type: 'string' } },
});

const problems =
  options.address === undefined
    ? await withProduct((address) => takeAll(address))
    : await takeAll(options.address);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

async function withProduct<Result>(use: (address: string) => Promise<Result>): Promise<Result> {
  const folder = temporaryFolder('screenshots');
  const fleet = new FleetProcess({ dataDirectory: folder.path });
  try {
    console.log('Starting the product on a temporary data folder.');
    await fleet.start();
    console.log(`Waiting for ${leastMinutes} minutes with visits, and visits at every camera.`);
    await waitFor('there is enough to show', () => hasEnough(fleet), 15 * 60_000);
    return await use(fleet.address);
  } finally {
    await fleet.signal('SIGTERM');
    folder.remove();
  }
}

async function hasEnough(fleet: FleetProcess): Promise<boolean> {
  const nowMs = Date.now();
  const from = new Date(nowMs - 15 * 60_000).toISOString();
  const { items } = await fleet.get<DeviceList>('/devices');
  const { windows } = await fleet.get<Timeline>(
    `/fleet/timeline?from=${from}&to=${new Date(nowMs).toISOString()}`,
  );
  return (
    items.every(({ visitsLastHour }) => (visitsLastHour ?? 0) >= leastVisitsOfCamera) &&
    windows.filter(({ visits }) => visits > 0).length >= leastMinutes
  );
}

async function takeAll(address: string): Promise<string[]> {
  const browser = await launchChromium();
  const problems: string[] = [];
  try {
    for (const picture of wantedPictures())
      problems.push(...(await take(browser, address, picture)));
  } finally {
    await browser.close();
  }
  return problems;
}

function wantedPictures(): Picture[] {
  const readme: Picture[] = (['fleet', 'camera'] as const).map((name) => ({
    file: join(imagesFolder, `${name}.png`),
    path: pages[name],
    theme: 'light',
    ...widths.desktop,
  }));
  const folder = options.all;
  if (folder === undefined) return readme;
  const all = Object.entries(pages).flatMap(([name, path]) =>
    Object.entries(widths).flatMap(([device, size]) =>
      (['light', 'dark'] as const).map((theme) => ({
        file: join(folder, `${name}-${device}-${theme}.png`),
        path,
        theme,
        ...size,
      })),
    ),
  );
  return [...readme, ...all];
}

/** Returns what the browser complained about on the way. */
async function take(browser: Browser, address: string, picture: Picture): Promise<string[]> {
  const { file, path, theme, width, height } = picture;
  const page = await browser.newPage({ colorScheme: theme, viewport: { width, height } });
  const messages = watchConsole(page);
  await page.goto(`${address}${path}`);
  await page.locator('[data-testid=headline][data-value]').waitFor();
  await page.locator('[data-testid=timeline] canvas').waitFor();
  await page.locator('.n-skeleton').first().waitFor({ state: 'detached' });
  // Charts grow into place: ECharts moves for a second at most, and says so nowhere on the page.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.waitForTimeout(1_200);
  await mkdir(join(file, '..'), { recursive: true });
  const { length } = await page.screenshot({ path: file, fullPage: true });
  console.log(`${file} (${Math.round(length / 1024)} kB)`);
  await page.close();
  return messages.map((message) => `${file}: ${message}`);
}
