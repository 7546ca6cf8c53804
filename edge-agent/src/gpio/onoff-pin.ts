import { OperatorError } from '@emotion-fleet/service';
import { gpioNumber } from './gpio-number.ts';

/** What we use of a pin of the package onoff. */
export interface OnoffPin {
  readSync(): 0 | 1;
  writeSync(value: 0 | 1): void;
  /** Calls back at each edge. */
  watch(callback: (error: Error | null | undefined, value: 0 | 1) => void): void;
  unexport(): void;
}

/** What we use of the package onoff. */
export interface Onoff {
  readonly Gpio: {
    new (number: number, direction: 'in' | 'low', edge?: 'both'): OnoffPin;
    /** False on machines without GPIO. */
    readonly accessible: boolean;
  };
}

export interface PinOptions {
  /** BCM number of the header pin, 0 to 27. */
  readonly pin: number;
  /** `/sys`; a made-up tree in tests. */
  readonly sysfsRoot?: string;
  /** Loads onoff; a stand-in in tests. */
  readonly load?: () => Promise<Onoff>;
}

/**
 * Opens a header pin. onoff is loaded only here, so that machines without GPIO need neither it nor the
 * native part that it is built with.
 *
 * @throws OperatorError `gpio_unavailable`
 */
export async function openPin(options: PinOptions, direction: 'in' | 'low'): Promise<OnoffPin> {
  const { pin, sysfsRoot = '/sys', load = loadOnoff } = options;
  const { Gpio } = await load();
  if (!Gpio.accessible) {
    throw new OperatorError(
      'gpio_unavailable',
      `GPIO ${pin} can't be used: ${sysfsRoot}/class/gpio/export isn't there or can't be written (is the agent's user in the group gpio?).`,
    );
  }
  const number = await gpioNumber({ pin, sysfsRoot });
  try {
    return direction === 'in' ? new Gpio(number, 'in', 'both') : new Gpio(number, 'low');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new OperatorError('gpio_unavailable', `GPIO ${pin} can't be opened (${reason}).`, {
      cause,
    });
  }
}

async function loadOnoff(): Promise<Onoff> {
  try {
    return await import('onoff');
  } catch (cause) {
    throw new OperatorError(
      'gpio_unavailable',
      'The package onoff can\'t be loaded; its native part is built with "npm rebuild epoll --ignore-scripts=false", which needs python3, make and g++.',
      { cause },
    );
  }
}
