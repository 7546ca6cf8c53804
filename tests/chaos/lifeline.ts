import type { OutboxFiles } from '@emotion-fleet/edge-agent/device';
import type { EventLog } from '@emotion-fleet/event-log';
import type { ObservationStore } from '@emotion-fleet/observation-store';
import { withMethods } from '../support/with-methods.ts';

/**
 * What a service or device has to the world, so that one of this process can die or freeze like a process of its own:
 * after `cut` nothing that it does has an effect; while it is frozen, what it has computed waits to be written.
 */
export class Lifeline {
  readonly #over = Promise.withResolvers<never>();
  readonly #underWay = new Set<Promise<unknown>>();
  #isCut = false;
  #heldWrites = 0;
  #frozen: PromiseWithResolvers<void> | undefined;

  constructor() {
    this.#over.promise.catch(() => undefined);
  }

  /** kill -9 */
  cut(): void {
    this.#isCut = true;
    this.#endSession();
    this.thaw();
  }

  /** SIGSTOP for so long that the group goes on without it. */
  freeze(): void {
    this.#frozen ??= Promise.withResolvers();
  }

  /** True once a batch waits in the middle of its writes, with values that will be old. */
  get holdsWork(): boolean {
    return this.#heldWrites > 0;
  }

  /** The log gives the partitions to others; the batch in hand is still in hand. */
  loseSession(): void {
    this.#endSession();
  }

  /** SIGCONT */
  thaw(): void {
    this.#frozen?.resolve();
    this.#frozen = undefined;
  }

  /** Resolves when what was in hand has come to an end. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  aroundLog(log: EventLog): EventLog {
    return withMethods(log, {
      // The log itself outlives whoever uses it.
      stop: async () => undefined,
      append: async (...given) => {
        this.#check();
        await log.append(...given);
        this.#check();
      },
      createConsumer: (options) =>
        log.createConsumer({
          ...options,
          onBatch: async (batch) => {
            this.#check();
            await Promise.race([this.#track(options.onBatch(batch)), this.#over.promise]);
          },
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
        return async (...given: unknown[]) => {
          if (property !== 'putRecords') await this.#whileFrozen();
          this.#check();
          return call(...given);
        };
      },
    });
  }

  /** A dead process closes its files all the same. */
  aroundFiles(files: OutboxFiles): OutboxFiles {
    return new Proxy(files, {
      get: (target, property) => {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== 'function') return member;
        return async (...given: unknown[]) => {
          if (property !== 'close') this.#check();
          return (await Reflect.apply(member, target, given)) as unknown;
        };
      },
    });
  }

  async #whileFrozen(): Promise<void> {
    if (this.#frozen === undefined) return;
    this.#heldWrites += 1;
    await this.#frozen.promise;
    this.#heldWrites -= 1;
  }

  #endSession(): void {
    this.#over.reject(new Error('the session is over'));
  }

  #check(): void {
    if (this.#isCut) throw new Error('the process is dead');
  }

  #track<Result>(work: Promise<Result>): Promise<Result> {
    this.#underWay.add(work);
    const done = () => this.#underWay.delete(work);
    work.then(done, done);
    return work;
  }
}
