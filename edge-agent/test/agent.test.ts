import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { HealthMessage } from '@emotion-fleet/contracts';
import { silentLogger } from '@emotion-fleet/service';
import { EdgeAgent, type AgentOutbox } from '../src/agent.ts';
import type { Frame } from '../src/ports.ts';
import { ExclusionZones } from '../src/privacy/exclusion-zones.ts';
import { FakeClassifier, FakeDetector, FakeFrameSource, FakePrivacySwitch } from './fakes.ts';
import { MemorySink } from './memory-sink.ts';
import { paintedFrame, type PaintedBox } from './painted-frame.ts';
import { until } from './until.ts';

const frameMs = 200;

class FakeOutbox extends MemorySink implements AgentOutbox {
  flushedAt: number[] = [];

  async flush(): Promise<void> {
    this.flushedAt.push(this.drafts.length);
  }

  status() {
    const created = this.drafts.length;
    return { records: created, bytes: 0, oldestAgeMs: 0, created, acked: 0, declared: 0 };
  }
}

class Stage {
  readonly source = new FakeFrameSource();
  readonly privacySwitch = new FakePrivacySwitch();
  readonly paused: boolean[] = [];
  readonly detector = new FakeDetector();
  readonly classifier = new FakeClassifier();
  readonly outbox = new FakeOutbox();
  readonly health: HealthMessage[] = [];
  readonly agent: EdgeAgent;
  nowMs = 10_000;
  temperatureC: number | undefined;

  constructor() {
    let nextTrack = 0;
    this.agent = new EdgeAgent({
      runId: '0b0e7a5e-5f2c-4a57-9d43-7c1b2a3f4e5d',
      source: this.source,
      privacySwitch: this.privacySwitch,
      onPaused: (isPaused) => this.paused.push(isPaused),
      detector: this.detector,
      classifier: this.classifier,
      outbox: this.outbox,
      clock: { nowMs: () => this.nowMs, toEpochMs: () => undefined },
      publishHealth: (message) => this.health.push(message),
      readTemperature: async () => this.temperatureC,
      newTrackId: () => `track${nextTrack++}`,
      logger: silentLogger(),
      sampleIntervalMs: 1_000,
      analysisFps: 5,
      maxVisitMs: 20 * 60_000,
      zones: new ExclusionZones([{ x: 0.75, y: 0, width: 0.25, height: 1 }]),
    });
  }

  /** A camera at 5 frames/s, in which something moves unless it is still. */
  async film(durationMs: number, { isStill = false } = {}): Promise<void> {
    for (let passedMs = 0; passedMs < durationMs; passedMs += frameMs) {
      this.nowMs += frameMs;
      const x = isStill ? 0 : (this.nowMs / 10) % 600;
      const boxes = [{ x: Math.floor(x), y: 440, width: 40, height: 40, luma: 20 }];
      this.show(paintedFrame({ boxes, seed: this.nowMs, capturedAtMs: this.nowMs }));
      await settled();
    }
  }

  /** The same pictures in turn, with time passing for the timers, too. */
  async repeat(pictures: readonly Frame[], durationMs: number): Promise<void> {
    for (let frames = 1; frames <= durationMs / frameMs; frames += 1) {
      this.nowMs += frameMs;
      this.show({ ...pictures[frames % pictures.length]!, capturedAtMs: this.nowMs });
      await settled();
      if (frames % (1_000 / frameMs) === 0) mock.timers.tick(1_000);
    }
  }

  show(frame: Frame): void {
    this.source.events?.onFrame(frame);
  }
}

/** Whatever was waiting has run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** Two pictures of the same scene, which differ by their noise. */
function twoPictures(boxes: readonly PaintedBox[] = []): Frame[] {
  return [1, 2].map((seed) => paintedFrame({ boxes, seed, capturedAtMs: 0 }));
}

const night = { x: 0, y: 0, width: 640, height: 480, luma: 18 };
const lamp = { x: 600, y: 20, width: 32, height: 32, luma: 200 };

/** Pictures that show nothing, by what a camera is then called, and for how long they are believed. */
const blindPictures = [
  { state: 'covered', pictures: twoPictures([night]), believedMs: 0 },
  { state: 'dark', pictures: twoPictures([night, lamp]), believedMs: 0 },
  { state: 'frozen', pictures: twoPictures().slice(1), believedMs: 2_000 },
] as const;

const face = { box: { x: 200, y: 100, width: 80, height: 100 }, score: 0.9 };
const happy = { happy: 0.9, sad: 0.02, neutral: 0.06, other: 0.02 };

describe('EdgeAgent', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
  afterEach(() => mock.timers.reset());

  it('turns a face in front of the camera into samples, a visit and presence', async () => {
    const stage = new Stage();
    stage.classifier.scores = happy;
    await stage.agent.start();
    stage.detector.faces = [face];
    await stage.film(4_000);
    stage.detector.faces = [];
    await stage.film(3_000);
    await stage.agent.stop();
    const samples = stage.outbox.of('sample');
    assert.deepEqual(
      samples.map(({ emotion, sampleIndex }) => [emotion, sampleIndex]),
      [0, 1, 2].map((index) => ['happy', index]),
    );
    const [visit] = stage.outbox.of('visit');
    assert.equal(visit!.observedAtMs - visit!.startedAtMs, 3_800);
    assert.equal(visit!.scores?.happy, 0.9);
    const [presence] = stage.outbox.of('presence');
    assert.equal(presence!.frames.seen, 35);
    assert.equal(presence!.cameraState, 'ok');
    assert.equal(presence!.analysedMs, 6_800);
    assert.equal(presence!.faceHeights[5], 20);
    stage.outbox.records();
  });

  it('keeps nothing of a face in an exclusion zone', async () => {
    const stage = new Stage();
    await stage.agent.start();
    stage.detector.faces = [{ ...face, box: { ...face.box, x: 500 } }];
    await stage.film(4_000);
    await stage.agent.stop();
    assert.deepEqual(
      stage.outbox.drafts.map(({ kind }) => kind),
      ['presence'],
    );
    const [presence] = stage.outbox.of('presence');
    assert.equal(presence!.frames.analysed, 20);
    assert.ok(presence!.faceHeights.every((count) => count === 0));
    assert.equal(stage.classifier.calls, 0);
  });

  it('does not analyse a frame that has waited for longer than a second', async () => {
    const stage = new Stage();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    stage.detector.gate = promise.then(() => undefined);
    await stage.agent.start();
    await stage.film(2 * frameMs);
    stage.nowMs += 1_001;
    resolve(undefined);
    await settled();
    await stage.agent.stop();
    assert.equal(stage.detector.calls, 1);
    const { seen, analysed, dropped } = stage.outbox.of('presence')[0]!.frames;
    assert.deepEqual([seen, analysed, dropped], [2, 1, 1]);
  });

  it('does not analyse a still scene, and counts it as watched', async () => {
    const stage = new Stage();
    await stage.agent.start();
    await stage.film(10_000, { isStill: true });
    await stage.agent.stop();
    const [presence] = stage.outbox.of('presence');
    assert.ok(stage.detector.calls < 12, String(stage.detector.calls));
    assert.equal(presence!.analysedMs, 9_800);
    assert.equal(presence!.frames.gated, 50 - stage.detector.calls);
  });

  it('drops frames while it is late, and still says of each what became of it', async () => {
    const stage = new Stage();
    await stage.agent.start();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    stage.detector.gate = promise.then(() => undefined);
    await stage.film(3_000);
    assert.equal(stage.detector.calls, 1);
    const stopped = stage.agent.stop();
    resolve(undefined);
    await stopped;
    const [presence] = stage.outbox.of('presence');
    assert.deepEqual(presence!.frames, { seen: 15, gated: 0, analysed: 1, dropped: 14 });
  });

  it('drops what the detector fails on, and goes on', async () => {
    const stage = new Stage();
    await stage.agent.start();
    stage.detector.fails = true;
    await stage.film(1_000);
    stage.detector.fails = false;
    await stage.film(1_000);
    await stage.agent.stop();
    const [presence] = stage.outbox.of('presence');
    assert.deepEqual(presence!.frames, { seen: 10, gated: 0, analysed: 5, dropped: 5 });
    assert.equal(presence!.analysedMs, 800);
  });

  it('ends visits and stops counting time when the camera is lost, and when it goes silent', async () => {
    for (const lose of [
      (stage: Stage) => stage.source.events?.onState('lost', 'The program ended.'),
      (stage: Stage) => {
        stage.nowMs += 5_001;
        mock.timers.tick(1_000);
      },
    ]) {
      const stage = new Stage();
      await stage.agent.start();
      stage.detector.faces = [face];
      await stage.film(3_000);
      lose(stage);
      for (let second = 0; second < 60; second += 1) {
        stage.nowMs += 1_000;
        mock.timers.tick(1_000);
      }
      assert.equal(stage.outbox.of('visit').length, 1);
      const [presence] = stage.outbox.of('presence');
      assert.equal(presence!.cameraState, 'lost');
      assert.ok(presence!.analysedMs < 3_000);
      stage.detector.faces = [];
      await stage.film(1_000);
      await stage.agent.stop();
      assert.ok(stage.outbox.of('presence').at(-1)!.analysedMs > 0, 'it watches again');
    }
  });

  for (const { state, pictures, believedMs } of blindPictures) {
    it(`watches nothing while the picture is ${state}, says so, and is ok again when that ends`, async () => {
      const stage = new Stage();
      await stage.agent.start();
      stage.detector.faces = [face];
      await stage.film(3_000);
      assert.equal(stage.agent.cameraState, 'ok');
      await stage.repeat(pictures, believedMs);
      const { calls } = stage.detector;
      await stage.repeat(pictures, 119_000 - believedMs);
      assert.equal(stage.agent.cameraState, state);
      assert.equal(stage.detector.calls, calls);
      assert.equal(stage.outbox.of('visit').length, 1, 'who was in view is out of it');
      const [begun, blind] = stage.outbox.of('presence');
      assert.equal(begun!.cameraState, state);
      assert.ok(begun!.analysedMs > 2_000 && begun!.analysedMs <= 3_000 + believedMs);
      assert.deepEqual([blind!.cameraState, blind!.analysedMs], [state, 0]);
      await until(() => stage.health.length === 3);
      assert.deepEqual(
        stage.health.map(({ cameraState }) => cameraState),
        [state, state, state],
      );
      stage.detector.faces = [];
      await stage.repeat(twoPictures(), 32_000);
      assert.equal(stage.agent.cameraState, 'ok');
      await until(() => stage.health.length === 5);
      assert.equal(stage.health.at(-1)!.cameraState, 'ok');
      await stage.agent.stop();
      const last = stage.outbox.of('presence').at(-1)!;
      assert.equal(last.cameraState, 'ok');
      // All but the second in which the state had to hold.
      const watchedMs = last.analysedMs;
      assert.ok(watchedMs >= 28_000 && watchedMs <= 31_000, String(watchedMs));
    });
  }

  it('analyses nothing while the privacy switch is on, says so, and goes on afterwards', async () => {
    const stage = new Stage();
    await stage.agent.start();
    stage.detector.faces = [face];
    await stage.film(3_000);
    stage.privacySwitch.turn(true);
    assert.equal(stage.agent.cameraState, 'paused');
    assert.equal(stage.outbox.of('visit').length, 1, 'visits end with the camera');
    await until(() => stage.health.at(-1)?.cameraState === 'paused');
    const { calls } = stage.detector;
    const count = stage.outbox.of('sample').length;
    for (let second = 0; second < 120; second += 1) {
      stage.nowMs += 1_000;
      mock.timers.tick(1_000);
    }
    await stage.film(1_000);
    assert.equal(stage.detector.calls, calls);
    assert.equal(stage.outbox.of('sample').length, count);
    const paused = stage.outbox.of('presence').at(-1)!;
    assert.deepEqual([paused.cameraState, paused.analysedMs], ['paused', 0]);
    stage.privacySwitch.turn(false);
    await settled();
    await stage.film(3_000);
    await stage.agent.stop();
    assert.equal(stage.outbox.of('visit').length, 2);
    assert.ok(stage.outbox.of('sample').length > count);
    assert.deepEqual(stage.paused, [true, false]);
    stage.outbox.records();
  });

  it('keeps nothing of the picture that it was at when the switch was turned', async () => {
    const stage = new Stage();
    await stage.agent.start();
    stage.detector.faces = [face];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    await stage.film(2_000);
    stage.detector.gate = promise.then(() => undefined);
    await stage.film(400);
    const count = stage.outbox.of('sample').length;
    stage.privacySwitch.turn(true);
    resolve(undefined);
    await settled();
    assert.equal(stage.outbox.of('sample').length, count);
    assert.equal(stage.outbox.of('visit').length, 1);
    await stage.agent.stop();
    const frames = stage.outbox.of('presence').map((presence) => presence.frames);
    assert.deepEqual(frames, [{ seen: 12, gated: 0, analysed: 10, dropped: 2 }]);
  });

  it('keeps nothing of it where the switch is turned back meanwhile, and nobody is tracked across the pause', async () => {
    const stage = new Stage();
    await stage.agent.start();
    stage.detector.faces = [face];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    await stage.film(2_000);
    stage.detector.gate = promise.then(() => undefined);
    await stage.film(200);
    const count = stage.outbox.of('sample').length;
    stage.privacySwitch.turn(true);
    stage.privacySwitch.turn(false);
    await settled();
    resolve(undefined);
    await settled();
    assert.equal(stage.outbox.of('sample').length, count);
    assert.equal(stage.outbox.of('visit').length, 1);
    await stage.film(3_000);
    await stage.agent.stop();
    assert.equal(stage.outbox.of('visit').length, 2);
    const frames = stage.outbox.of('presence').map((presence) => presence.frames);
    assert.deepEqual(frames, [{ seen: 26, gated: 0, analysed: 25, dropped: 1 }]);
  });

  it('follows nobody across the pause where the detector fails meanwhile', async () => {
    const stage = new Stage();
    await stage.agent.start();
    stage.detector.faces = [face];
    await stage.film(2_000);
    const { promise, reject } = Promise.withResolvers<undefined>();
    stage.detector.gate = promise.then(() => undefined);
    await stage.film(200);
    stage.privacySwitch.turn(true);
    reject(new Error('no detection'));
    await settled();
    assert.equal(stage.outbox.of('visit').length, 1);
    await stage.agent.stop();
  });

  it('looks at a still scene afresh after a pause, and knows of no picture before that', async () => {
    const stage = new Stage();
    await stage.agent.start();
    await stage.film(5_000, { isStill: true });
    const { calls } = stage.detector;
    stage.privacySwitch.turn(true);
    await settled();
    stage.privacySwitch.turn(false);
    await settled();
    assert.equal(stage.agent.cameraState, 'lost');
    await stage.film(200, { isStill: true });
    assert.equal(stage.agent.cameraState, 'ok');
    assert.equal(stage.detector.calls, calls + 1);
    await stage.agent.stop();
  });

  it('looks less often while the processor is hot, and says so in presence', async () => {
    const stage = new Stage();
    await stage.agent.start();
    await stage.film(4_000);
    const cool = stage.detector.calls;
    stage.temperatureC = 80;
    mock.timers.tick(30_000);
    await until(() => stage.health.length === 1);
    await stage.film(4_000);
    await stage.agent.stop();
    const hot = stage.detector.calls - cool;
    assert.ok(hot < cool / 2, `${hot} of ${cool} analyses`);
    // From the first frame on that it left out.
    assert.deepEqual(stage.outbox.of('presence')[0]!.slowed, { lateMs: 0, hotMs: 3_600 });
  });

  it('says in presence for how long it was late, but neither of its first pass nor of a still scene', async () => {
    const stage = new Stage();
    const passesMs = [3_000];
    let passMs = 20;
    stage.detector.detect = async () => {
      stage.nowMs += passesMs.shift() ?? passMs;
      return [];
    };
    const slowed = () => stage.outbox.of('presence').map((presence) => presence.slowed);
    const wait = (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        stage.nowMs += 1_000;
        mock.timers.tick(1_000);
      }
    };
    await stage.agent.start();
    await stage.film(20_000);
    passMs = 300;
    await stage.film(6_000);
    await stage.film(60_000, { isStill: true });
    await stage.film(60_000, { isStill: true });
    wait(1);
    await stage.agent.stop();
    const [first, ...later] = slowed();
    assert.ok(first!.lateMs > 4_000 && first!.lateMs <= 12_000, JSON.stringify(first));
    assert.deepEqual(later, [undefined, undefined]);
  });

  it('says each 30 s how it is', async () => {
    const stage = new Stage();
    await stage.agent.start();
    await stage.film(6_000);
    stage.nowMs += 24_000;
    mock.timers.tick(30_000);
    await until(() => stage.health.length === 1);
    assert.equal(stage.health[0]!.framesPerSecond, 1);
    await stage.agent.stop();
  });

  it('drains from the camera to the outbox when it stops', async () => {
    const stage = new Stage();
    await stage.agent.start();
    stage.detector.faces = [face];
    await stage.film(2_000);
    await stage.agent.stop();
    const kinds = stage.outbox.drafts.map(({ kind }) => kind);
    assert.deepEqual(kinds.slice(-2), ['visit', 'presence']);
    assert.deepEqual(stage.outbox.flushedAt, [kinds.length], 'nothing comes after the flush');
    assert.equal(stage.source.events, undefined);
    assert.equal(stage.detector.isRunning, false);
  });
});
