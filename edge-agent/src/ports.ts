/** Ports of the edge pipeline. Each adapter lives in the folder of its stage. */
import type {
  DeviceRecord,
  PresenceRecord,
  SampleRecord,
  VisitRecord,
} from '@emotion-fleet/contracts';

/**
 * One picture in planar YUV 4:2:0 (I420, limited range BT.601), the form that rpicam-vid and ffmpeg
 * put on a pipe. `data` holds `width * height` bytes of Y, then U, then V at a quarter of the size each.
 * It lives in RAM alone and its buffer may be reused once the stage that got it has returned.
 */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** Monotonic time of capture in milliseconds (the run's clock). */
  readonly capturedAtMs: number;
}

/** An axis-aligned box in frame pixels; `x`, `y` is the upper left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A face that a detector found: full-face box (brow to chin widened to the whole face), frame pixels. */
export interface Detection {
  readonly box: Box;
  /** Detector confidence, 0..1. */
  readonly score: number;
  /** Centres of the eyes in frame pixels: the one further left in the picture first. */
  readonly eyes?: readonly [Point, Point];
}

/** What the camera is doing; `ok` means that frames arrive and show something. */
export type CameraState = 'ok' | 'covered' | 'dark' | 'frozen' | 'lost' | 'paused';

export interface FrameSourceEvents {
  /** Called for each frame; must return quickly and copy what it keeps. */
  onFrame(frame: Frame): void;
  /** The source gave up or recovered; `detail` is one clear sentence. */
  onState(state: 'running' | 'lost', detail: string): void;
}

/** A camera. `start` begins capture, `stop` ends it and leaves no process behind; both again and again. */
export interface FrameSource {
  start(events: FrameSourceEvents): Promise<void>;
  /** No event comes after the call. `withinMs` is the time that a process gets before it is killed and gone. */
  stop(options?: { readonly withinMs?: number }): Promise<void>;
}

/** A person's way to stop the camera, at the camera itself. */
export interface PrivacySwitch {
  /**
   * Says the position before it resolves, and then each change; on means that nobody is to be filmed.
   * Rejects with an OperatorError where the switch can't be read: then no camera may be opened.
   */
  start(onPosition: (isOn: boolean) => void): Promise<void>;
  /** Nothing is said after the call. */
  stop(): Promise<void>;
}

/**
 * `starting`: not yet measuring; `ok`: pictures and a broker; `blind`: no picture that shows something;
 * `offline`: measuring, but no broker takes it; `paused`: the privacy switch is on.
 */
export type StatusPattern = 'starting' | 'ok' | 'blind' | 'offline' | 'paused';

/** Says to someone beside the camera how it is. */
export interface StatusLight {
  /** Rejects with an OperatorError where there is no light. */
  start(): Promise<void>;
  /** Until the next call; ignored unless started. */
  show(pattern: StatusPattern): void;
  /** Leaves the light dark. */
  stop(): Promise<void>;
}

/** Restarts the machine when it isn't fed for some seconds. */
export interface Watchdog {
  /** From here on it wants to be fed. False where there is none to be had, which is said in the log. */
  start(): Promise<boolean>;
  /** Ignored unless started. */
  feed(): void;
  /** It wants nothing any more. */
  stop(): Promise<void>;
}

export interface FaceDetector {
  /** Name, input size and precision, for example `blazeface-back-320x256-int8`. */
  readonly modelId: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Faces in the frame after non-max suppression, best score first. */
  detect(frame: Frame): Promise<Detection[]>;
}

/** Calibrated probabilities, sum 1. `other` is the mass of the model's further classes. */
export interface EmotionScores {
  readonly happy: number;
  readonly sad: number;
  readonly neutral: number;
  readonly other: number;
}

/** From which calibrated probability on an emotion is said; below it the face is `uncertain`. */
export type EmotionThresholds = Readonly<Record<keyof EmotionScores, number>>;

export interface EmotionClassifier {
  readonly modelId: string;
  readonly thresholds: EmotionThresholds;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Crops the face from the full frame (eyes levelled where known), classifies, calibrates. */
  classify(frame: Frame, face: Detection): Promise<EmotionScores>;
}

type Draft<R extends DeviceRecord, Times extends string = never> = Omit<
  R,
  'schema' | 'runId' | 'seq' | 'observedAt' | 'clock' | Times
> & { readonly observedAtMs: number };

/** Records as the pipeline makes them: their times are monotonic ms of this run, until its clock is known. */
export type SampleDraft = Draft<SampleRecord>;
export type VisitDraft = Draft<VisitRecord, 'startedAt' | 'endedAt'> & {
  readonly startedAtMs: number;
};
/** `runs` is filled in by the outbox when the record gets its seq. */
export type PresenceDraft = Draft<PresenceRecord, 'startedAt' | 'runs'> & {
  readonly startedAtMs: number;
};
export type RecordDraft = SampleDraft | VisitDraft | PresenceDraft;

/** Where the pipeline puts its records, in the order of their seqs. Never blocks, never throws for want of room. */
export interface RecordSink {
  append(draft: RecordDraft): void;
}

/** Monotonic time, and the wall time once this run has learned it. */
export interface RunClock {
  /** Milliseconds. */
  nowMs(): number;
  /** Epoch ms of a monotonic time; undefined until the run's offset is fixed. */
  toEpochMs(monotonicMs: number): number | undefined;
}
