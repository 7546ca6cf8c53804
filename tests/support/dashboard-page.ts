import assert from 'node:assert/strict';
import type { Browser, Locator, Page } from '@playwright/test';
import { testIds } from '../../dashboard/web/src/test-ids.ts';
import { watchConsole } from './chromium.ts';
import { waitFor } from './wait.ts';

export type TestId = keyof typeof testIds;

export interface DashboardPageOptions {
  readonly browser: Browser;
  readonly url: string;
  readonly width?: number;
  readonly height?: number;
}

/** Charts' axes and words are grey: what is more colourful than this is data. */
const colourfulFrom = { emotions: 100, shades: 35 };
/** Of a canvas. */
const leastColourfulShare = 0.001;

/** What is read in the browser; the types of browsers aren't among ours. */
interface Canvas {
  readonly width: number;
  readonly height: number;
}
declare const OffscreenCanvas: new (
  width: number,
  height: number,
) => {
  getContext(
    kind: '2d',
    options: { willReadFrequently: boolean },
  ): {
    drawImage(from: Canvas, x: number, y: number): void;
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8Array };
  };
};

/** Runs in the browser: it knows nothing but its arguments. Reads a copy, since Chromium warns of reading a chart. */
function colourfulShareOf(canvas: Canvas, least: number): number {
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, width, height);
  let colourful = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4);
    const spread = Math.max(red, green, blue) - Math.min(red, green, blue);
    if (alpha > 60 && spread >= least) colourful += 1;
  }
  return colourful / (width * height);
}

/** One tab with the dashboard, and what its console said. */
export class DashboardPage {
  readonly page: Page;
  readonly messages: string[];

  static async open(options: DashboardPageOptions): Promise<DashboardPage> {
    const { browser, url, width = 1440, height = 900 } = options;
    const page = await browser.newPage({ viewport: { width, height }, colorScheme: 'light' });
    const opened = new DashboardPage(page);
    await page.goto(url);
    return opened;
  }

  private constructor(page: Page) {
    this.page = page;
    this.messages = watchConsole(page);
  }

  part(name: TestId): Locator {
    return this.page.getByTestId(testIds[name]);
  }

  async attribute(name: TestId, attribute: string): Promise<string | null> {
    return this.part(name).getAttribute(attribute, { timeout: 10_000 });
  }

  async text(name: TestId): Promise<string> {
    return this.part(name).innerText({ timeout: 10_000 });
  }

  async waitForAttribute(name: TestId, attribute: string, wanted: RegExp, limitMs?: number) {
    const isThere = async () => wanted.test((await this.attribute(name, attribute)) ?? '');
    await waitFor(`${name} has ${attribute} ${String(wanted)}`, isThere, limitMs);
  }

  /** The chart counts data points, and there is colour on its canvas: not only axes. */
  async seesChart(name: TestId, colours: keyof typeof colourfulFrom = 'emotions'): Promise<void> {
    await this.waitForAttribute(name, 'data-points', /^[1-9]/);
    const canvas = this.part(name).locator('canvas').first();
    await waitFor(`${name} is painted`, async () => {
      const share: number = await canvas.evaluate(
        colourfulShareOf as never,
        colourfulFrom[colours],
      );
      return share >= leastColourfulShare;
    });
  }

  /** Samples that the key figures tell of. */
  async samples(): Promise<number> {
    const match = /([\d,]+) samples/.exec(await this.text('statistics'));
    return Number((match?.[1] ?? '0').replaceAll(',', ''));
  }

  async overflowPx(): Promise<number> {
    return this.page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  }

  /** A message of the console that has to be there: a refused request is one. */
  takeMessage(wanted: RegExp): void {
    const index = this.messages.findIndex((message) => wanted.test(message));
    assert.ok(index >= 0, `the console did not say ${String(wanted)}`);
    this.messages.splice(index, 1);
  }

  /** Closes the tab; its console must have stayed silent. */
  async close(): Promise<void> {
    await this.page.close();
    assert.deepEqual(this.messages, []);
  }
}
