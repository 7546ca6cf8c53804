import type {
  Detection,
  EmotionClassifier,
  EmotionScores,
  FaceDetector,
  Frame,
  FrameSource,
  FrameSourceEvents,
  PrivacySwitch,
  StatusLight,
  StatusPattern,
  Watchdog,
} from '../src/ports.ts';

/** Finds the faces that it is told to find. */
export class FakeDetector implements FaceDetector {
  readonly modelId = 'fake-detector';
  faces: readonly Detection[] = [];
  fails = false;
  calls = 0;
  isRunning = false;
  /** Each detection waits for it. */
  gate: Promise<void> = Promise.resolve();

  async start(): Promise<void> {
    this.isRunning = true;
  }

  async stop(): Promise<void> {
    this.isRunning = false;
  }

  async detect(_frame: Frame): Promise<Detection[]> {
    this.calls += 1;
    await this.gate;
    if (this.fails) throw new Error('no detection');
    return [...this.faces];
  }
}

/** Says the scores that it is told to say. */
export class FakeClassifier implements EmotionClassifier {
  readonly modelId = 'fake-classifier';
  readonly thresholds = { happy: 0.6, sad: 0.6, neutral: 0.6, other: 0.6 };
  scores: EmotionScores = { happy: 0.25, sad: 0.25, neutral: 0.25, other: 0.25 };
  fails = false;
  calls = 0;

  async start(): Promise<void> {
    await Promise.resolve();
  }

  async stop(): Promise<void> {
    await Promise.resolve();
  }

  async classify(): Promise<EmotionScores> {
    this.calls += 1;
    if (this.fails) throw new Error('no classification');
    return this.scores;
  }
}

/** Gives the frames that it is told to give. */
export class FakeFrameSource implements FrameSource {
  events: FrameSourceEvents | undefined;
  fails = false;
  /** Each start and stop waits for it. */
  gate: Promise<void> = Promise.resolve();
  /** What it was asked to do, in order. */
  readonly calls: string[] = [];

  async start(events: FrameSourceEvents): Promise<void> {
    this.calls.push('start');
    await this.gate;
    if (this.fails) throw new Error('no camera');
    this.events = events;
  }

  async stop({ withinMs }: { readonly withinMs?: number } = {}): Promise<void> {
    this.calls.push(withinMs === undefined ? 'stop' : `stop within ${withinMs}`);
    this.events = undefined;
    await this.gate;
  }
}

/** A switch that a test turns. */
export class FakePrivacySwitch implements PrivacySwitch {
  isOn = false;
  #onPosition: ((isOn: boolean) => void) | undefined;

  async start(onPosition: (isOn: boolean) => void): Promise<void> {
    this.#onPosition = onPosition;
    onPosition(this.isOn);
  }

  async stop(): Promise<void> {
    this.#onPosition = undefined;
  }

  turn(isOn: boolean): void {
    this.isOn = isOn;
    this.#onPosition?.(isOn);
  }
}

/** Counts its meals. */
export class FakeWatchdog implements Watchdog {
  isThere = true;
  isArmed = false;
  meals = 0;

  async start(): Promise<boolean> {
    this.isArmed = this.isThere;
    return this.isThere;
  }

  feed(): void {
    if (this.isArmed) this.meals += 1;
  }

  async stop(): Promise<void> {
    this.isArmed = false;
  }
}

/** Remembers what it shows. */
export class FakeStatusLight implements StatusLight {
  shown: StatusPattern | 'dark' = 'dark';
  #isStarted = false;

  async start(): Promise<void> {
    this.#isStarted = true;
  }

  show(pattern: StatusPattern): void {
    if (this.#isStarted) this.shown = pattern;
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.shown = 'dark';
  }
}
