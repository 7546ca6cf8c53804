import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { silentLogger } from '@emotion-fleet/service';
import { HangBook } from '../../src/watchdog/hang-book.ts';
import { RebootBook } from '../../src/watchdog/reboot-book.ts';
import { VitalSigns } from '../../src/watchdog/vital-signs.ts';
import { guarded, WatchdogKeeper } from '../../src/watchdog/watchdog-keeper.ts';
import { FakeFrameSource, FakeWatchdog } from '../fakes.ts';
import { FaultyFiles } from '../outbox/faulty-files.ts';
import { paintedFrame } from '../painted-frame.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const stepMs = 5_000;

/** A machine that stays the same over reboots: its files and nothing else. */
class Machine {
  files = new FaultyFiles();
  nowMs = 0;
  flush: () => Promise<void> = async () => undefined;
  watchdog = new FakeWatchdog();
  signs = new VitalSigns({ nowMs: () => this.nowMs });
  hangBook = this.#newHangBook();
  camera = new FakeFrameSource();
  keeper = this.#newKeeper(true);

  async boot({ isCameraLocal = true } = {}): Promise<void> {
    // What the reset has ended.
    await this.keeper.stop();
    this.watchdog = new FakeWatchdog();
    this.signs = new VitalSigns({ nowMs: () => this.nowMs });
    this.hangBook = this.#newHangBook();
    this.camera = new FakeFrameSource();
    this.keeper = this.#newKeeper(isCameraLocal);
    await this.hangBook.start();
    await this.keeper.start();
    await this.beginRun();
  }

  /** The thread of the networks hangs, and can't be ended. */
  async hang(): Promise<void> {
    await this.hangBook.note();
  }

  /** The process kills itself after its drain; true where the machine is reset before. */
  async killItself(): Promise<boolean> {
    if (await this.run(2 * stepMs, { films: true })) return true;
    const waits = Symbol('waits');
    const soon = new Promise((resolve) => setImmediate(resolve, waits));
    const first = await Promise.race([this.keeper.awaitReset(), soon]);
    return first === waits && this.run(minuteMs, { films: true });
  }

  async beginRun(): Promise<void> {
    this.signs.beginRun({ flush: () => this.flush() });
    const events = { onFrame: () => undefined, onState: () => undefined };
    await this.signs.watch(this.camera).start(events);
  }

  /** Lets time pass; true where the watchdog went hungry for 15 s, which resets the machine. */
  async run(durationMs: number, { films = false } = {}): Promise<boolean> {
    const endMs = this.nowMs + durationMs;
    let hungryMs = 0;
    while (this.nowMs < endMs) {
      this.nowMs += stepMs;
      if (films) this.camera.events?.onFrame(paintedFrame({ seed: 1, capturedAtMs: this.nowMs }));
      const { meals } = this.watchdog;
      mock.timers.tick(stepMs);
      await new Promise((resolve) => setImmediate(resolve));
      hungryMs = this.watchdog.meals > meals ? 0 : hungryMs + stepMs;
      if (hungryMs >= 15_000) return true;
    }
    return false;
  }

  #newHangBook(): HangBook {
    const { files, signs: vitalSigns } = this;
    return new HangBook({ files, vitalSigns, logger: silentLogger() });
  }

  #newKeeper(isCameraLocal: boolean): WatchdogKeeper {
    return new WatchdogKeeper({
      ...{ watchdog: this.watchdog, vitalSigns: this.signs, isCameraLocal },
      book: new RebootBook({ files: this.files }),
      nowMs: () => this.nowMs,
      logger: silentLogger(),
    });
  }
}

describe('WatchdogKeeper', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval', 'setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('feeds while the camera gives frames, and lets the machine be reset 15 minutes after the last', async () => {
    const machine = new Machine();
    await machine.boot();
    assert.equal(await machine.run(2 * hourMs, { films: true }), false);
    assert.equal(await machine.run(14 * minuteMs), false);
    assert.equal(await machine.run(2 * minuteMs), true);
  });

  it('resets ever later, and once a day in the end, where the camera is unplugged', async () => {
    const machine = new Machine();
    const waits: number[] = [];
    for (let reboot = 0; reboot < 7; reboot += 1) {
      await machine.boot();
      const bootedAtMs = machine.nowMs;
      assert.equal(await machine.run(25 * hourMs), true);
      waits.push(Math.round((machine.nowMs - bootedAtMs) / minuteMs));
    }
    assert.deepEqual(waits, [15, 60, 240, 960, 1_440, 1_440, 1_440]);
  });

  it('counts from the beginning once the camera has filmed for an hour', async () => {
    const machine = new Machine();
    for (let reboot = 0; reboot < 2; reboot += 1) {
      await machine.boot();
      assert.equal(await machine.run(2 * hourMs), true);
    }
    await machine.boot();
    assert.equal(await machine.run(61 * minuteMs, { films: true }), false);
    assert.equal(await machine.run(16 * minuteMs), true);
  });

  it('wants no frame while the privacy switch is on, nor from a camera in the network', async () => {
    const machine = new Machine();
    await machine.boot();
    machine.signs.setPaused(true);
    assert.equal(await machine.run(2 * hourMs), false);
    machine.signs.setPaused(false);
    assert.equal(await machine.run(14 * minuteMs), false);
    assert.equal(await machine.run(2 * minuteMs), true);
    const remote = new Machine();
    await remote.boot({ isCameraLocal: false });
    assert.equal(await remote.run(2 * hourMs), false);
  });

  it('lets the machine be reset when the disk hangs, and bears one that refuses', async () => {
    const machine = new Machine();
    await machine.boot();
    machine.flush = () => Promise.reject(new Error('no space'));
    assert.equal(await machine.run(hourMs, { films: true }), false);
    const forEver = () => new Promise<void>(() => undefined);
    machine.flush = forEver;
    // The count of this reboot is never written.
    machine.files.overwrite = forEver;
    assert.equal(await machine.run(6 * minuteMs, { films: true }), true);
  });

  it('lets the machine be reset when networks hang in run after run, and bears a hang that a new run cures', async () => {
    const machine = new Machine();
    await machine.boot();
    const hangFor = async (minutes: number) => {
      for (let minute = 0; minute < minutes; minute += 1) {
        machine.signs.noteHang();
        if (await machine.run(minuteMs, { films: true })) return true;
      }
      return false;
    };
    assert.equal(await hangFor(8), false);
    assert.equal(await machine.run(2 * hourMs, { films: true }), false);
    assert.equal(await hangFor(8), false, 'counted anew');
    assert.equal(await hangFor(8), true);
  });

  it('lets the machine be reset when networks hang in process after process, each of which is killed', async () => {
    const machine = new Machine();
    await machine.boot();
    const startedAtMs = machine.nowMs;
    const isReset = async () => {
      for (let process = 0; process < 30; process += 1) {
        await machine.boot();
        if (await machine.run(40_000, { films: true })) return true;
        await machine.hang();
        if (await machine.killItself()) return true;
      }
      return false;
    };
    assert.equal(await isReset(), true);
    assert.equal(Math.ceil((machine.nowMs - startedAtMs) / minuteMs), 12);
    assert.equal(await isReset(), false, 'the next one comes later');
  });

  it('does not reset what it can not count', async () => {
    const machine = new Machine();
    await machine.boot();
    machine.files.full = true;
    assert.equal(await machine.run(2 * hourMs), false);
    machine.files.full = false;
    assert.equal(await machine.run(16 * minuteMs), true);
  });

  it('stays fed while a run ends and another begins', async () => {
    const machine = new Machine();
    await machine.boot();
    machine.signs.endRun();
    assert.equal(await machine.run(2 * minuteMs), false);
    await machine.beginRun();
    assert.equal(await machine.run(2 * hourMs, { films: true }), false);
  });

  it('wants frames of a run that begins, whatever the switch of the one before', async () => {
    const machine = new Machine();
    await machine.boot();
    machine.signs.setPaused(true);
    machine.signs.endRun();
    await machine.beginRun();
    assert.equal(await machine.run(16 * minuteMs), true);
  });

  it('goes on without a watchdog', async () => {
    const machine = new Machine();
    machine.watchdog.isThere = false;
    await machine.keeper.start();
    await machine.run(hourMs);
    assert.equal(machine.watchdog.meals, 0);
    await machine.keeper.stop();
  });
});

describe('a guarded agent', () => {
  it('is guarded from before its start until after its stop, and not where it does not start', async () => {
    const calls: string[] = [];
    const part = (name: string, fails = false) => ({
      start: async () => {
        calls.push(`${name} starts`);
        if (fails) throw new Error('no camera');
      },
      stop: async () => void calls.push(`${name} stops`),
    });
    const sound = guarded(part('agent'), part('keeper'));
    await sound.start();
    await sound.stop();
    assert.deepEqual(calls.splice(0), [
      'keeper starts',
      'agent starts',
      'agent stops',
      'keeper stops',
    ]);
    await assert.rejects(guarded(part('agent', true), part('keeper')).start(), /no camera/);
    assert.deepEqual(calls, ['keeper starts', 'agent starts', 'keeper stops']);
  });
});
