import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import fc from 'fast-check';
import { Device, payloadOf, wishOf, type Fate } from './device.ts';

const fates: readonly Fate[] = ['good', 'crash', 'not_started', 'model_answers', 'good', 'crash'];

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('say' as const),
      version: fc.integer({ min: 1, max: 8 }),
      settings: fc.nat(fates.length - 1),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('noise' as const), text: fc.string() }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'restart', 'stand') }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What must hold of a device, step by step. */
class Witness {
  readonly device = new Device(fates);
  /** The newest version that stood for a minute. */
  #stood = 0;
  /** Wishes that were on trial, or in use and not yet proved, when an agent died. */
  readonly #deadly = new Set<string>();

  async see(one: Step): Promise<void> {
    const { device } = this;
    const { version, running } = device;
    const uses = device.uses.length;
    await this.#take(one);
    await device.settle();
    for (const use of device.uses.slice(uses)) {
      assert.ok(!this.#deadly.has(wishIn(use)), `${use} after an agent died on it`);
    }
    if (one.kind === 'kill' && running !== undefined && version > this.#stood) {
      this.#deadly.add(`${version} ${JSON.stringify(running.settings)}`);
    }
    if (device.isCrashed) {
      this.#deadly.add(wishIn(device.uses.at(-1) ?? ''));
      await device.boot();
      await device.settle();
      assert.equal(device.version, this.#stood, 'the one that stood, after a crash');
    }
    if (one.kind === 'kill') assert.equal(device.version, this.#stood);
    if (one.kind === 'restart') assert.equal(device.version, version, 'a stop changes nothing');
    if (one.kind === 'stand') this.#stood = device.version;
    assert.ok(device.version >= this.#stood, `${device.version} below ${this.#stood}`);
  }

  async #take(one: Step): Promise<void> {
    const { device } = this;
    switch (one.kind) {
      case 'say':
        device.remote.receive(payloadOf(wishOf(one.version, { sampleIntervalMs: one.settings })));
        break;
      case 'noise':
        device.remote.receive(Buffer.from(one.text));
        break;
      case 'restart':
        await device.remote.stop();
        await device.boot();
        break;
      case 'kill':
        device.kill();
        await device.boot();
        break;
      case 'stand':
        mock.timers.tick(60_000);
    }
  }
}

/** `try 3 {...}`, `run 3 {...}`: the same wish. */
function wishIn(use: string): string {
  return use.slice(use.indexOf(' ') + 1);
}

test('whatever is said and whatever dies: what stood stays, what killed is never tried again, what is good is taken', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const witness = new Witness();
      const { device } = witness;
      await device.boot();
      for (const one of steps) await witness.see(one);
      const refused = device.uses.filter((use) => /^try .*[13]\}$/.test(use));
      assert.equal(new Set(refused).size, refused.length, 'what is refused is tried once');
      const good = wishOf(9, { sampleIntervalMs: 0 });
      device.remote.receive(payloadOf(good));
      await device.settle();
      assert.deepEqual(device.running, good);
      assert.equal(device.remote.progress.trying, undefined);
      assert.equal(device.remote.progress.refused, undefined);
    }),
    { numRuns: 300 },
  );
  mock.timers.reset();
});
