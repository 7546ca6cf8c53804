import type { HealthMessage } from '@emotion-fleet/contracts';
import type { Logger } from '@emotion-fleet/service';
import { FramePacer } from './capture/frame-pacer.ts';
import { FrameGate } from './gate/frame-gate.ts';
import { HealthReporter, type OutboxFigures } from './health/health-reporter.ts';
import { StageTimes } from './health/stage-times.ts';
import { Observer } from './observe/observer.ts';
import { PresenceMeter } from './observe/presence-meter.ts';
import { AdaptiveRate } from './pipeline/adaptive-rate.ts';
import { FaceAnalyser } from './pipeline/face-analyser.ts';
import { FrameSlot } from './pipeline/frame-slot.ts';
import { CameraControl } from './privacy/camera-control.ts';
import type { ExclusionZones } from './privacy/exclusion-zones.ts';
import type { DiskFigures } from './wear/disk-meter.ts';
import type {
  CameraState,
  EmotionClassifier,
  FaceDetector,
  Frame,
  FrameSource,
  PrivacySwitch,
  RecordSink,
  RunClock,
} from './ports.ts';

/** The agent's way to the disk: what `append` took is durable after `flush`. */
export interface AgentOutbox extends RecordSink {
  flush(): Promise<void>;
  status(): OutboxFigures;
}

export interface EdgeAgentOptions {
  readonly runId: string;
  readonly source: FrameSource;
  /** While it is on, the camera is closed and nothing is analysed. */
  readonly privacySwitch?: PrivacySwitch | undefined;
  readonly detector: FaceDetector;
  readonly classifier: EmotionClassifier;
  /** Already started; the agent neither starts nor stops it. */
  readonly outbox: AgentOutbox;
  readonly clock: RunClock;
  readonly publishHealth: (message: HealthMessage) => void;
  /** The privacy switch was turned. */
  readonly onPaused?: (isPaused: boolean) => void;
  /** Degrees Celsius of the processor; the kernel's figure by default. */
  readonly readTemperature?: () => Promise<number | undefined>;
  /** What is written to the disk; undefined where nobody knows. */
  readonly readDisk?: () => Promise<DiskFigures | undefined>;
  /** How many times longer than `sampleIntervalMs` a track waits between two samples just now. */
  readonly sampleStretch?: () => number;
  readonly newTrackId: () => string;
  readonly logger: Logger;
  /** Time between samples of a track; 0 = each analysed frame. */
  readonly sampleIntervalMs: number;
  /** The most that is analysed; less where the machine is slower. */
  readonly analysisFps: number;
  /** Someone who stays longer is not classified any more. */
  readonly maxVisitMs: number;
  /** A face in one is not measured. */
  readonly zones: ExclusionZones;
}

const tickIntervalMs = 1_000;
const healthIntervalMs = 30_000;
/** A camera that gives nothing for this long is lost, whatever its source thinks. */
const silentAfterMs = 5_000;
/** An older frame shows what is over; it waited while the machine did something else. */
const maxFrameAgeMs = 1_000;

/** Camera -> gate -> detect -> track -> classify -> samples, visits, presence -> outbox. */
export class EdgeAgent {
  readonly #options: EdgeAgentOptions;
  readonly #camera: CameraControl;
  #gate = new FrameGate();
  readonly #pacer: FramePacer;
  readonly #rate: AdaptiveRate;
  readonly #slot: FrameSlot;
  readonly #analyser: FaceAnalyser;
  readonly #observer: Observer;
  readonly #presence: PresenceMeter;
  readonly #health: HealthReporter;
  #timers: NodeJS.Timeout[] = [];
  #lastFrameAtMs = 0;
  /** How often the switch was turned on: an analysis can take longer than the pause that overtook it. */
  #pauseCount = 0;
  #hasStarted = false;

  constructor(options: EdgeAgentOptions) {
    const { clock, outbox, sampleIntervalMs, analysisFps, maxVisitMs } = options;
    const nowMs = () => clock.nowMs();
    const modelId = () => `${options.detector.modelId}+${options.classifier.modelId}`;
    const stageTimes = new StageTimes({ nowMs });
    this.#options = options;
    this.#camera = new CameraControl({
      ...options,
      nowMs,
      events: {
        onFrame: (frame) => this.#receive(frame),
        onState: (state, detail) => this.#noteCamera(state, detail),
      },
      onSwitch: (isPaused) => (isPaused ? this.#pause() : this.#resume()),
    });
    this.#pacer = new FramePacer({ framesPerSecond: analysisFps });
    this.#rate = new AdaptiveRate({ framesPerSecond: analysisFps });
    this.#analyser = new FaceAnalyser({
      ...options,
      emotion: { thresholds: options.classifier.thresholds, maxVisitMs },
      stageTimes,
    });
    this.#observer = new Observer({
      ...{ sink: outbox, modelId, sampleIntervalMs, sampleStretch: options.sampleStretch },
    });
    this.#presence = new PresenceMeter({ sink: outbox, clock, modelId });
    this.#slot = new FrameSlot({
      work: (frame) => this.#analyse(frame),
      onDropped: () => this.#presence.countFrame('dropped'),
    });
    this.#health = new HealthReporter({
      runId: options.runId,
      nowMs,
      stageTimes,
      outboxStatus: () => outbox.status(),
      cameraState: () => this.#presence.cameraState,
      readDisk: options.readDisk,
      ...(options.readTemperature && { readTemperature: options.readTemperature }),
    });
  }

  /** Undefined before the start. */
  get cameraState(): CameraState | undefined {
    return this.#hasStarted ? this.#presence.cameraState : undefined;
  }

  /** Loads the models and opens the camera. Rejects with an OperatorError where either isn't there. */
  async start(): Promise<void> {
    const { detector, classifier, clock } = this.#options;
    await Promise.all([detector.start(), classifier.start()]);
    this.#presence.start();
    this.#health.start();
    this.#lastFrameAtMs = clock.nowMs();
    await this.#camera.start();
    this.#hasStarted = true;
    this.#timers = [
      setInterval(() => this.#tick(), tickIntervalMs),
      setInterval(() => void this.#reportHealth(), healthIntervalMs),
    ];
  }

  /** From the source on: no more frames, the tracks end, the last presence, all of it on disk. */
  async stop(): Promise<void> {
    const { outbox, detector, classifier } = this.#options;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#camera.stop();
    await this.#slot.close();
    this.#endTracks();
    this.#presence.stop();
    await outbox.flush();
    await Promise.all([detector.stop(), classifier.stop()]);
  }

  #receive(frame: Frame): void {
    this.#lastFrameAtMs = frame.capturedAtMs;
    const { hasTracks } = this.#analyser;
    const { isWanted, isUsable, cameraState } = this.#gate.look({ frame, hasTracks });
    if (cameraState !== this.#presence.cameraState) this.#presence.setState(cameraState);
    if (!isWanted) {
      // Whatever the rate, there is nothing to look at.
      this.#presence.setSlowdown(undefined);
      this.#presence.look({ isUsable });
      this.#presence.countFrame('gated');
      this.#health.countFrame();
      if (cameraState !== 'ok') this.#seeNothing(frame.capturedAtMs);
      return;
    }
    this.#pacer.setIntervalMs(this.#rate.intervalMs);
    const { slowdown } = this.#rate;
    const isAccepted = this.#pacer.accepts(frame.capturedAtMs);
    // Slowed from the first frame on that it would have looked at.
    if (!isAccepted || slowdown === undefined) this.#presence.setSlowdown(slowdown);
    if (!isAccepted) {
      this.#presence.countFrame('dropped');
      return;
    }
    this.#gate.accept();
    this.#slot.offer(frame);
  }

  async #analyse(frame: Frame): Promise<void> {
    const { clock, logger } = this.#options;
    const startedAtMs = clock.nowMs();
    const ageMs = startedAtMs - frame.capturedAtMs;
    if (ageMs > maxFrameAgeMs) {
      this.#presence.countFrame('dropped');
      return;
    }
    const pauseCount = this.#pauseCount;
    const isOvertaken = () => pauseCount !== this.#pauseCount;
    try {
      const { detections, sightings, ended } = await this.#analyser.analyse(
        frame,
        this.#gate.lastMotionAtMs,
      );
      if (isOvertaken()) {
        this.#forget();
        return;
      }
      this.#presence.look({ isUsable: true });
      this.#presence.countFrame('analysed');
      this.#health.countFrame();
      for (const { box } of detections) this.#presence.countFace(box.height);
      this.#observer.see({ nowMs: frame.capturedAtMs, frame, sightings });
      this.#observer.end(ended);
      logger.debug({ ageMs }, 'frame analysed');
    } catch (error) {
      this.#presence.countFrame('dropped');
      logger.error({ err: error }, 'frame not analysed');
      if (isOvertaken()) this.#endTracks();
    }
    this.#rate.note(clock.nowMs() - startedAtMs);
  }

  #tick(): void {
    const nowMs = this.#options.clock.nowMs();
    const isSilent = nowMs - this.#lastFrameAtMs > silentAfterMs;
    if (isSilent && !this.#camera.isPaused) this.#lose();
    else this.#presence.tick();
  }

  #noteCamera(state: 'running' | 'lost', detail: string): void {
    this.#options.logger.info({ state, detail }, 'camera state');
    if (state === 'lost') this.#lose();
  }

  /** The picture in work is the last one, and what it shows is not kept. */
  #pause(): void {
    this.#pauseCount += 1;
    this.#presence.setState('paused');
    this.#slot.clear();
    if (!this.#slot.isBusy) this.#endTracks();
    this.#say(true);
  }

  /** As after a start: the camera is open, and hasn't shown anything yet. */
  #resume(): void {
    this.#gate = new FrameGate();
    this.#lastFrameAtMs = this.#options.clock.nowMs();
    this.#presence.setState('lost');
    this.#say(false);
  }

  #say(isPaused: boolean): void {
    this.#options.logger.info({ isPaused }, 'privacy switch');
    this.#options.onPaused?.(isPaused);
    void this.#reportHealth();
  }

  /** An analysis that the privacy switch overtook. */
  #forget(): void {
    this.#presence.countFrame('dropped');
    this.#endTracks();
  }

  #endTracks(): void {
    this.#observer.end(this.#analyser.endAll());
  }

  /** No pictures: nobody is seen, and nothing is watched. */
  #lose(): void {
    this.#presence.setState('lost');
    this.#seeNothing(this.#options.clock.nowMs());
  }

  /** Not in the middle of an analysis, which would bring back tracks that ended meanwhile. */
  #seeNothing(nowMs: number): void {
    if (!this.#slot.isBusy) this.#observer.end(this.#analyser.seeNothing(nowMs));
  }

  async #reportHealth(): Promise<void> {
    const { publishHealth, logger } = this.#options;
    try {
      const message = await this.#health.report();
      this.#rate.noteTemperature(message.temperatureC);
      publishHealth(message);
    } catch (error) {
      logger.warn({ err: error }, 'health not reported');
    }
  }
}
