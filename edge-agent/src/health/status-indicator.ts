import type { CameraState, StatusLight, StatusPattern } from '../ports.ts';

export interface StatusIndicatorOptions {
  readonly light: StatusLight;
  /** Undefined before the agent has started. */
  readonly cameraState: () => CameraState | undefined;
  readonly isConnected: () => boolean;
}

/** Far shorter than any pattern needs to be recognised. */
const lookEachMs = 250;

/** Keeps the status light in step with the agent. */
export class StatusIndicator {
  readonly #options: StatusIndicatorOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: StatusIndicatorOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.#options.light.start();
    this.#look();
    this.#timer = setInterval(() => this.#look(), lookEachMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.light.stop();
  }

  #look(): void {
    const { light, cameraState, isConnected } = this.#options;
    light.show(statusPattern({ cameraState: cameraState(), isConnected: isConnected() }));
  }
}

/** What concerns the people in front of the camera comes first, then whether anything is measured. */
function statusPattern(options: {
  cameraState: CameraState | undefined;
  isConnected: boolean;
}): StatusPattern {
  const { cameraState, isConnected } = options;
  if (cameraState === undefined) return 'starting';
  if (cameraState === 'paused') return 'paused';
  if (cameraState !== 'ok') return 'blind';
  return isConnected ? 'ok' : 'offline';
}
