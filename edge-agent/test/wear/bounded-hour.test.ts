import assert from 'node:assert/strict';
import { it } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { film, modelId, offset, type Scene } from '../../soak/wear-scene.ts';
import { seededUnit } from '../../src/capture/seeded-random.ts';
import { FileOutbox } from '../../src/outbox/file-outbox.ts';
import { CountedFiles } from '../../src/wear/counted-files.ts';
import { WearBook } from '../../src/wear/wear-book.ts';
import { WriteBudget } from '../../src/wear/write-budget.ts';
import { FaultyFiles } from '../outbox/faulty-files.ts';
import { MeasuredCard } from './measured-card.ts';

const minuteMs = 60_000;
const maxBytesPerHour = 150e6;
const crowd: Scene = { name: 'crowd', tracks: 20, framesPerSecond: 5, sampleIntervalMs: 0 };

/** A device whose agent is started again and again, with a clock of its own. */
class Device {
  readonly time = { nowMs: 1_000 };
  readonly card = new MeasuredCard({ nowMs: () => this.time.nowMs });
  /** By the machine's own clock, which begins anew when its power is cut. */
  #bootedAtMs = 0;
  #outbox = new FaultyFiles();
  #wear = new FaultyFiles();
  #starts = 0;

  /** One process, which is killed at its end. */
  async run(durationMs: number): Promise<void> {
    this.#starts += 1;
    const nowMs = () => this.time.nowMs - this.#bootedAtMs;
    const budget = new WriteBudget({ maxBytesPerHour, nowMs });
    const logger = silentLogger();
    const counted = (files: FaultyFiles, onWritten: (bytes: number) => void) =>
      new CountedFiles({ files: this.card.hold(files), onWritten });
    const book = new WearBook({
      files: counted(this.#wear, (bytes) => budget.note(bytes)),
      ...{ budget, logger },
    });
    await book.start();
    const outbox = new FileOutbox({
      files: counted(this.#outbox, (bytes) => book.note(bytes)),
      clock: { nowMs, offset },
      runId: `00000000-0000-4000-8000-${String(this.#starts).padStart(12, '0')}`,
      ...{ modelId, logger, flushIntervalMs: 2 ** 30 },
    });
    await outbox.start();
    await film({ scene: crowd, durationMs, outbox, time: this.time, budget });
    this.#outbox = this.#outbox.afterKill();
    this.#wear = this.#wear.afterKill();
  }

  cutPower(): void {
    let step = 0;
    const random = () => seededUnit({ seed: this.#starts, step: step++ });
    this.#outbox = this.#outbox.afterCut(random);
    this.#wear = this.#wear.afterCut(random);
    this.#bootedAtMs = this.time.nowMs;
  }
}

it('keeps any hour below the budget with a sample of each of twenty faces in each frame', async () => {
  const device = new Device();
  await device.run(70 * minuteMs);
  const most = device.card.mostBytesPerHour;
  assert.ok(most < maxBytesPerHour, `${most / 1e6} MB`);
  // It is used: samples don't come less often than they must.
  assert.ok(most > 0.8 * maxBytesPerHour, `${most / 1e6} MB`);
});

for (const [what, end] of [
  ['processes that are killed', () => undefined],
  ['power cuts', (device: Device) => device.cutPower()],
] as const) {
  it(`keeps any hour below the budget over ${what} after five minutes`, async () => {
    const device = new Device();
    while (device.time.nowMs < 70 * minuteMs) {
      await device.run(5 * minuteMs);
      end(device);
    }
    const most = device.card.mostBytesPerHour;
    assert.ok(most < maxBytesPerHour, `${most / 1e6} MB`);
  });
}
