import type { PrivacySwitch } from '../ports.ts';
import { openPin, type OnoffPin, type PinOptions } from './onoff-pin.ts';

export interface OnoffPrivacySwitchOptions extends PinOptions {
  /** The level that means "nobody is to be filmed". */
  readonly onLevel: 'high' | 'low';
}

/** Contacts bounce for some milliseconds. Only "off" waits until they rest: "on" counts at once. */
const restMs = 50;

/** A switch at a header pin. What can't be read counts as on. */
export class OnoffPrivacySwitch implements PrivacySwitch {
  readonly #options: OnoffPrivacySwitchOptions;
  #pin: OnoffPin | undefined;
  #rest: NodeJS.Timeout | undefined;

  constructor(options: OnoffPrivacySwitchOptions) {
    this.#options = options;
  }

  /** @throws OperatorError `gpio_unavailable` */
  async start(onPosition: (isOn: boolean) => void): Promise<void> {
    const pin = await openPin(this.#options, 'in');
    this.#pin = pin;
    const follow = () => {
      clearTimeout(this.#rest);
      if (this.#isOn(pin)) onPosition(true);
      else this.#rest = setTimeout(() => onPosition(this.#isOn(pin)), restMs);
    };
    pin.watch((error) => {
      if (this.#pin === undefined) return;
      if (error) onPosition(true);
      else follow();
    });
    // After the watch has begun: a change in between is an edge, not lost.
    onPosition(this.#isOn(pin));
  }

  async stop(): Promise<void> {
    clearTimeout(this.#rest);
    this.#pin?.unexport();
    this.#pin = undefined;
  }

  #isOn(pin: OnoffPin): boolean {
    try {
      return pin.readSync() === (this.#options.onLevel === 'high' ? 1 : 0);
    } catch {
      return true;
    }
  }
}
