import { schemaVersion, type HealthMessage } from '@emotion-fleet/contracts';
import type { CameraState } from '../ports.ts';
import type { DiskFigures } from '../wear/disk-meter.ts';
import type { StageTimes } from './stage-times.ts';
import { readTemperatureC } from './temperature.ts';

/** What the outbox says about itself. */
export interface OutboxFigures {
  readonly records: number;
  readonly bytes: number;
  readonly oldestAgeMs: number;
  readonly created: number;
  readonly acked: number;
  readonly declared: number;
}

export interface HealthReporterOptions {
  readonly runId: string;
  readonly nowMs: () => number;
  readonly stageTimes: StageTimes;
  readonly outboxStatus: () => OutboxFigures;
  readonly cameraState: () => CameraState;
  readonly readTemperature?: () => Promise<number | undefined>;
  readonly readDisk?: (() => Promise<DiskFigures | undefined>) | undefined;
}

/** Makes the message that tells an operator how the agent is. */
export class HealthReporter {
  readonly #options: HealthReporterOptions;
  #startedAtMs = 0;
  #reportedAtMs = 0;
  #frames = 0;

  constructor(options: HealthReporterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#startedAtMs = this.#options.nowMs();
    this.#reportedAtMs = this.#startedAtMs;
  }

  /** A frame was watched: analysed, or found to show nothing new. */
  countFrame(): void {
    this.#frames += 1;
  }

  /** The message for the time since the last one. */
  async report(): Promise<HealthMessage> {
    const { runId, nowMs, stageTimes, outboxStatus, cameraState } = this.#options;
    const { readTemperature = readTemperatureC } = this.#options;
    const [temperatureC, disk] = await Promise.all([readTemperature(), this.#options.readDisk?.()]);
    const reportedAtMs = nowMs();
    const seconds = Math.max(0.001, (reportedAtMs - this.#reportedAtMs) / 1_000);
    const framesPerSecond = oneDigit(this.#frames / seconds);
    this.#frames = 0;
    this.#reportedAtMs = reportedAtMs;
    const detectMs = stageTimes.takeMedian('detect');
    const classifyMs = stageTimes.takeMedian('classify');
    const { records, bytes, oldestAgeMs, created, acked, declared } = outboxStatus();
    return {
      schema: schemaVersion,
      runId,
      uptimeMs: Math.round(reportedAtMs - this.#startedAtMs),
      rssBytes: process.memoryUsage.rss(),
      cameraState: cameraState(),
      framesPerSecond,
      ...(detectMs === undefined ? {} : { detectMs: oneDigit(detectMs) }),
      ...(classifyMs === undefined ? {} : { classifyMs: oneDigit(classifyMs) }),
      ...(temperatureC === undefined ? {} : { temperatureC }),
      outbox: { records, bytes, oldestAgeMs: Math.max(0, oldestAgeMs) },
      records: { created, acked, declared },
      ...(disk === undefined ? {} : { disk }),
    };
  }
}

function oneDigit(value: number): number {
  return Math.round(value * 10) / 10;
}
