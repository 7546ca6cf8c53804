import assert from 'node:assert/strict';
import test from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import fc from 'fast-check';
import type { ClockOffset } from '../../src/clock/clock-offset.ts';
import type { OutboxBatch } from '../../src/outbox/batch-reader.ts';
import { FileOutbox } from '../../src/outbox/file-outbox.ts';
import type { RecordDraft } from '../../src/ports.ts';
import { Cloud } from './cloud.ts';
import { modelId, presenceDraft, sampleDraft, visitDraft } from './drafts.ts';
import { FaultyFiles } from './faulty-files.ts';

type Step =
  'sample' | 'visit' | 'presence' | 'flush' | 'take' | 'ack' | 'rewind' | 'clock' | 'full' | 'free';

interface Life {
  readonly steps: readonly Step[];
  /** Changing file operations until the power goes; undefined: the agent is killed or stopped at the end. */
  readonly cutAfter: number | undefined;
  readonly end: 'stop' | 'kill';
  readonly seed: number;
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>('sample') },
  { weight: 1, arbitrary: fc.constant<Step>('visit') },
  { weight: 2, arbitrary: fc.constant<Step>('presence') },
  { weight: 3, arbitrary: fc.constant<Step>('flush') },
  { weight: 4, arbitrary: fc.constant<Step>('take') },
  { weight: 3, arbitrary: fc.constant<Step>('ack') },
  { weight: 1, arbitrary: fc.constant<Step>('rewind') },
  { weight: 2, arbitrary: fc.constant<Step>('clock') },
  { weight: 1, arbitrary: fc.constantFrom<Step>('full', 'free') },
);
const life: fc.Arbitrary<Life> = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 60 }),
  cutAfter: fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
  end: fc.constantFrom('stop' as const, 'kill' as const),
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});
const lives = fc.array(life, { minLength: 1, maxLength: 6 });
const limits = { maxRecords: 5, maxBytes: 4_000 };

interface DeviceOptions {
  readonly maxBytes: number;
}

interface World {
  readonly outbox: FileOutbox;
  readonly clock: { now: number; offset: ClockOffset | undefined };
  readonly runId: string;
  /** Sample indexes and records appended since the last flush that was known to succeed. */
  samples: number[];
  appended: number;
  durable: number;
}

/** A device over several starts, with a cloud that gets what the outbox hands out. */
class Device {
  readonly cloud = new Cloud();
  /** Records of each run that are known to have been durable. */
  readonly durable = new Map<string, number>();
  /** Samples that were durable in a run whose clock was, too. */
  readonly datedSamples: number[] = [];
  files = new FaultyFiles();
  readonly #maxBytes: number;
  #starts = 0;
  #samples = 0;
  #inFlight: OutboxBatch[] = [];

  constructor({ maxBytes }: DeviceOptions) {
    this.#maxBytes = maxBytes;
  }

  async live({ steps, cutAfter, end, seed }: Life): Promise<void> {
    this.files.cutAfter = cutAfter ?? Infinity;
    const world = await this.#start();
    for (const one of steps) {
      if (this.files.cutAfter === 0) break;
      await this.#take(one, world);
    }
    if (end === 'stop') {
      await world.outbox.stop();
      this.#noteDurable(world);
    }
    const cut = this.files.cutAfter === 0;
    this.files = cut ? this.files.afterCut(randomOf(seed)) : this.files.afterKill();
  }

  /** A last start on a sound disk, in which everything is sent, acked and reported. */
  async finish(): Promise<void> {
    const world = await this.#start();
    world.clock.offset = offsetOf(this.#starts);
    for (let round = 0; round < 4; round += 1) {
      world.outbox.append(presenceDraft((world.clock.now += 60_000)));
      await world.outbox.flush();
      for (;;) {
        const batch = await world.outbox.take(limits);
        if (batch === undefined) break;
        this.cloud.receive(batch.payload);
        world.outbox.ack(batch);
      }
    }
    const { records, created, acked, declared } = world.outbox.status();
    assert.equal(records, 0);
    assert.equal(created, acked + declared);
    const last = this.cloud.records.findLast((record) => record.kind === 'presence');
    assert.deepEqual(
      last?.runs.map(({ runId }) => runId),
      [world.runId],
      'a run is reported although it is over and the cloud knows',
    );
    await world.outbox.stop();
    this.files = this.files.afterKill();
  }

  async #start(): Promise<World> {
    const runId = `00000000-0000-4000-8000-${String(++this.#starts).padStart(12, '0')}`;
    const clock: World['clock'] = { now: 1_000, offset: undefined };
    const outbox = new FileOutbox({
      files: this.files,
      clock: {
        nowMs: () => clock.now,
        get offset() {
          return clock.offset;
        },
      },
      runId,
      modelId,
      logger: silentLogger(),
      flushIntervalMs: 2 ** 30,
      maxBytes: this.#maxBytes,
      segmentBytes: 2_000,
      maxTailBytes: 4_000,
      reserveBytes: 6_000,
      markIntervalMs: 500,
    });
    this.#inFlight = [];
    this.files.full = false;
    await outbox.start();
    return { outbox, clock, runId, samples: [], appended: 0, durable: 0 };
  }

  async #take(one: Step, world: World): Promise<void> {
    const { outbox, clock } = world;
    clock.now += 100;
    if (one === 'sample') {
      world.samples.push(++this.#samples);
      this.#append(world, sampleDraft(clock.now, this.#samples));
    }
    if (one === 'visit') this.#append(world, visitDraft(clock.now));
    if (one === 'presence') this.#append(world, presenceDraft(clock.now));
    if (one === 'full') this.files.full = true;
    if (one === 'free') this.files.full = false;
    if (one === 'rewind') outbox.rewind();
    if (one === 'clock') clock.offset ??= offsetOf(this.#starts);
    if (one === 'flush') {
      await outbox.flush();
      this.#noteDurable(world);
    }
    if (one === 'take') {
      const batch = await outbox.take(limits);
      if (batch === undefined) return;
      this.cloud.receive(batch.payload);
      this.#inFlight.push(batch);
    }
    const acked = one === 'ack' ? this.#inFlight.shift() : undefined;
    if (acked !== undefined) outbox.ack(acked);
    const status = outbox.status();
    assert.equal(status.created, status.acked + status.declared + status.records);
  }

  #append(world: World, draft: RecordDraft): void {
    world.appended += 1;
    world.outbox.append(draft);
  }

  #noteDurable(world: World): void {
    if (this.files.cutAfter === 0 || this.files.full) return;
    world.durable += world.appended;
    this.durable.set(world.runId, world.durable);
    if (world.clock.offset === undefined) this.#undated(world).push(...world.samples);
    else this.datedSamples.push(...this.#undated(world).splice(0), ...world.samples);
    world.appended = 0;
    world.samples = [];
  }

  readonly #undatedSamples = new Map<string, number[]>();

  #undated({ runId }: World): number[] {
    let samples = this.#undatedSamples.get(runId);
    if (samples === undefined) this.#undatedSamples.set(runId, (samples = []));
    return samples;
  }
}

function offsetOf(start: number): ClockOffset {
  return { offsetMs: 1_790_000_000_000 + start * 10_000_000, clock: 'ntp' };
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

function assertExplained({ cloud, durable }: Device): void {
  for (const [runId, count] of durable) {
    const head = cloud.heads.get(runId) ?? 0;
    assert.ok(head >= count, `run ${runId} is reported up to ${head} of ${count}`);
    assert.equal(cloud.unexplained(runId, head), 0);
    if (count === 0) continue;
    assert.ok(cloud.completed.has(runId), 'a run is forgotten before its end was reported');
  }
}

test('delivers every durable record through kills and power cuts, with the same bytes each time', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async (all) => {
      const device = new Device({ maxBytes: 10_000_000 });
      for (const one of all) {
        const steps = one.steps.filter((name) => name !== 'full');
        await device.live({ ...one, steps });
      }
      await device.finish();
      assertExplained(device);
      const arrived = new Set(
        device.cloud.records.flatMap((record) =>
          record.kind === 'sample' ? [record.sampleIndex] : [],
        ),
      );
      assert.deepEqual(
        device.datedSamples.filter((index) => !arrived.has(index)),
        [],
      );
      const corrupt = device.cloud.gaps().filter(({ reason }) => reason === 'corrupt');
      for (const gap of corrupt) assert.equal(device.cloud.declaredInVain(gap), 0);
    }),
    { numRuns: 300 },
  );
});

test('declares what it gives up on a small or full disk', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async (all) => {
      const device = new Device({ maxBytes: 16_000 });
      for (const one of all) await device.live(one);
      await device.finish();
      assertExplained(device);
    }),
    { numRuns: 300 },
  );
});

test('sends nothing again that was acked before an orderly stop', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async (all) => {
      const device = new Device({ maxBytes: 10_000_000 });
      for (const one of all) {
        const steps = one.steps
          .filter((name) => name !== 'full')
          .flatMap((name) => (name === 'take' ? [name, 'ack' as const] : [name]));
        await device.live({ ...one, steps, cutAfter: undefined, end: 'stop' });
      }
      const before = device.cloud.duplicates;
      await device.finish();
      assert.equal(device.cloud.duplicates, before);
    }),
    { numRuns: 100 },
  );
});
