import type { ConsumerOptions, EventLog } from '@emotion-fleet/event-log';
import type { ObservationStore } from '@emotion-fleet/observation-store';
import { withMethods } from './with-methods.ts';

export interface KillSwitchOptions {
  /** 0: never. */
  readonly steps: number;
  readonly kill: () => void;
}

/**
 * Counts the steps of gateway and processor, and kills at one of them: before an append or a write, after it, and
 * between the end of a batch and the commit of its offset.
 */
export class KillSwitch {
  readonly #kill: () => void;
  #stepsLeft: number;

  constructor({ steps, kill }: KillSwitchOptions) {
    this.#stepsLeft = steps === 0 ? Infinity : steps;
    this.#kill = kill;
  }

  aroundLog(log: EventLog): EventLog {
    return withMethods(log, {
      append: (...given) => this.#stepped(() => log.append(...given)),
      createConsumer: (options: ConsumerOptions) =>
        log.createConsumer({
          ...options,
          onBatch: (batch) => this.#stepped(() => options.onBatch(batch)),
        }),
    });
  }

  aroundStore(store: ObservationStore): ObservationStore {
    return new Proxy(store, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== 'function') return member;
        const call = (...given: unknown[]): unknown => Reflect.apply(member, target, given);
        if (!String(property).startsWith('put')) return call;
        return (...given: unknown[]) => this.#stepped(async () => call(...given));
      },
    });
  }

  async #stepped<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#step();
    const result = await work();
    this.#step();
    return result;
  }

  #step(): void {
    this.#stepsLeft -= 1;
    if (this.#stepsLeft === 0) this.#kill();
  }
}
