import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { HangBook } from '../../src/watchdog/hang-book.ts';
import { describeHangs } from '../../src/watchdog/hangs.ts';
import { VitalSigns } from '../../src/watchdog/vital-signs.ts';
import { FaultyFiles } from '../outbox/faulty-files.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const startWallMs = Date.UTC(2026, 10, 29, 10, 12);

/** A device whose processes have its files and its two clocks in common. */
class Device {
  readonly files = new FaultyFiles();
  upMs = hourMs;
  wallMs = startWallMs;

  async begin() {
    const clocks = { nowMs: () => this.upMs, wallMs: () => this.wallMs };
    const vitalSigns = new VitalSigns(clocks);
    const book = new HangBook({ files: this.files, vitalSigns, logger: silentLogger() });
    await book.start();
    return { vitalSigns, book };
  }

  pass(durationMs: number): void {
    this.upMs += durationMs;
    this.wallMs += durationMs;
  }
}

describe('HangBook', () => {
  it('counts over processes, and says since when', async () => {
    const device = new Device();
    for (let process = 0; process < 3; process += 1) {
      await (await device.begin()).book.note();
      device.pass(2 * minuteMs);
    }
    const { vitalSigns } = await device.begin();
    const text = 'the networks have hung 3 times since 2026-11-29T10:12Z';
    assert.equal(describeHangs(vitalSigns.hangs!), text);
    assert.equal(vitalSigns.hangingMs, 4 * minuteMs);
    device.pass(4 * minuteMs);
    assert.equal(vitalSigns.hangingMs, 0, 'mended');
    assert.equal(vitalSigns.hangs?.times, 3, 'not forgotten');
  });

  it('forgets hangs after a day without one', async () => {
    const device = new Device();
    await (await device.begin()).book.note();
    device.pass(24 * hourMs);
    assert.equal((await device.begin()).vitalSigns.hangs?.times, 1);
    device.pass(1);
    const { vitalSigns, book } = await device.begin();
    assert.equal(vitalSigns.hangs, undefined);
    await book.note();
    const text = 'the networks have hung once since 2026-11-30T10:12Z';
    assert.equal(describeHangs(vitalSigns.hangs!), text);
  });

  it('begins a row anew with the machine, and goes on to count', async () => {
    const device = new Device();
    await (await device.begin()).book.note();
    device.pass(minuteMs);
    device.upMs = minuteMs;
    const { vitalSigns, book } = await device.begin();
    assert.equal(vitalSigns.hangingMs, 0);
    await book.note();
    assert.equal(vitalSigns.hangingMs, 0);
    assert.equal(vitalSigns.hangs?.times, 2);
  });

  it('counts anew where nothing can be read', async () => {
    const device = new Device();
    await (await device.begin()).book.note();
    device.files.damage('hangs-1', 20);
    assert.equal((await device.begin()).vitalSigns.hangs, undefined);
  });

  it('counts in this process alone where nothing can be written', async () => {
    const device = new Device();
    device.files.full = true;
    const { vitalSigns, book } = await device.begin();
    await book.note();
    await book.note();
    assert.equal(vitalSigns.hangs?.times, 2);
    assert.equal((await device.begin()).vitalSigns.hangs, undefined);
  });
});
