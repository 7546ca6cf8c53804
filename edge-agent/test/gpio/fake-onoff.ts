import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import type { Onoff, OnoffPin } from '../../src/gpio/onoff-pin.ts';
import { piTrees, writeGpioTree } from './pi-trees.ts';

type Watcher = (error: Error | null, value: 0 | 1) => void;

/** Stands in for the package onoff: one pin whose level a test sets and reads. */
export class FakeOnoff {
  accessible = true;
  level: 0 | 1 = 0;
  /** What opening, reading and writing throw. */
  fault: Error | undefined;
  /** How the pin was opened, for example `517 in both`. */
  opened: string | undefined;
  #watchers: Watcher[] = [];

  readonly load = async (): Promise<Onoff> => ({ Gpio: this.#gpioClass() });

  /** The pin's level changes, and each edge is told. */
  setLevel(level: 0 | 1): void {
    this.level = level;
    for (const watcher of this.#watchers) watcher(null, level);
  }

  fail(error: Error): void {
    for (const watcher of this.#watchers) watcher(error, this.level);
  }

  #gpioClass(): Onoff['Gpio'] {
    const isAccessible = () => this.accessible;
    const open = (how: string) => {
      this.#check();
      this.opened = how;
    };
    const pin: OnoffPin = {
      readSync: () => {
        this.#check();
        return this.level;
      },
      writeSync: (value) => {
        this.#check();
        this.level = value;
      },
      watch: (callback) => this.#watchers.push(callback),
      unexport: () => {
        this.#watchers = [];
        this.opened = undefined;
      },
    };
    return class implements OnoffPin {
      readonly readSync = pin.readSync;
      readonly writeSync = pin.writeSync;
      readonly watch = pin.watch;
      readonly unexport = pin.unexport;
      constructor(number: number, direction: 'in' | 'low', edge?: 'both') {
        open([number, direction, edge].filter((part) => part !== undefined).join(' '));
      }
      static get accessible() {
        return isAccessible();
      }
    };
  }

  #check(): void {
    if (this.fault !== undefined) throw this.fault;
  }
}

/** A made-up `/sys` of a Pi 5 that lives as long as the test file runs. */
export async function pi5Sysfs(): Promise<string> {
  const sysfsRoot = mkdtempSync(path.join(tmpdir(), 'gpio-'));
  after(() => rmSync(sysfsRoot, { recursive: true, force: true }));
  await writeGpioTree(sysfsRoot, piTrees['Pi 5, kernel 6.6']);
  return sysfsRoot;
}
