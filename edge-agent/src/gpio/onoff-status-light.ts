import type { Logger } from '@emotion-fleet/service';
import type { StatusLight, StatusPattern } from '../ports.ts';
import { lightPatterns } from './light-patterns.ts';
import { openPin, type OnoffPin, type PinOptions } from './onoff-pin.ts';

export interface OnoffStatusLightOptions extends PinOptions {
  readonly logger: Logger;
}

/** A light-emitting diode at a header pin. One that fails later is only logged: it measures nothing. */
export class OnoffStatusLight implements StatusLight {
  readonly #options: OnoffStatusLightOptions;
  #pin: OnoffPin | undefined;
  #timer: NodeJS.Timeout | undefined;
  #shown: StatusPattern | undefined;

  constructor(options: OnoffStatusLightOptions) {
    this.#options = options;
  }

  /** @throws OperatorError `gpio_unavailable` */
  async start(): Promise<void> {
    this.#pin = await openPin(this.#options, 'low');
  }

  show(pattern: StatusPattern): void {
    if (pattern === this.#shown || this.#pin === undefined) return;
    this.#shown = pattern;
    clearTimeout(this.#timer);
    this.#step(lightPatterns[pattern], 0);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#write(0);
    this.#pin?.unexport();
    this.#pin = undefined;
    this.#shown = undefined;
  }

  #step(durations: readonly number[], index: number): void {
    this.#write(index % 2 === 0 ? 1 : 0);
    if (durations.length === 1) return;
    const next = (index + 1) % durations.length;
    this.#timer = setTimeout(() => this.#step(durations, next), durations[index]);
  }

  #write(value: 0 | 1): void {
    try {
      this.#pin?.writeSync(value);
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the status light does not answer');
      this.#pin = undefined;
    }
  }
}
