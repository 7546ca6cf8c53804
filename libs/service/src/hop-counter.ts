import { Counter, Gauge, type Registry } from 'prom-client';

export interface HopSnapshot {
  readonly received: number;
  readonly forwarded: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly inFlight: number;
}

export interface HopCounterOptions {
  /** Name of the hop, for example `gateway`; metrics are `emotion_{hop}_records_*`. */
  readonly hop: string;
  readonly registry?: Registry;
}

/**
 * Balance of one hop: received = forwarded + dropped(reason) + in flight. What is in flight is counted, not
 * derived, so that the equation can fail.
 */
export class HopCounter {
  readonly hop: string;
  #received = 0;
  #forwarded = 0;
  #inFlight = 0;
  readonly #dropped = new Map<string, number>();
  readonly #metrics:
    | { received: Counter; forwarded: Counter; dropped: Counter<'reason'>; inFlight: Gauge }
    | undefined;

  constructor({ hop, registry }: HopCounterOptions) {
    this.hop = hop;
    if (registry === undefined) return;
    const registers = [registry];
    const name = (what: string) => `emotion_${hop}_records_${what}`;
    this.#metrics = {
      received: new Counter({
        name: name('received_total'),
        help: `Records that ${hop} received`,
        registers,
      }),
      forwarded: new Counter({
        name: name('forwarded_total'),
        help: `Records that ${hop} passed on durably`,
        registers,
      }),
      dropped: new Counter({
        name: name('dropped_total'),
        help: `Records that ${hop} dropped, by reason`,
        labelNames: ['reason'],
        registers,
      }),
      inFlight: new Gauge({
        name: name('in_flight'),
        help: `Records that ${hop} holds`,
        registers,
      }),
    };
  }

  receive(count: number): void {
    this.#received += count;
    this.#inFlight += count;
    this.#metrics?.received.inc(count);
    this.#metrics?.inFlight.set(this.#inFlight);
  }

  forward(count: number): void {
    this.#forwarded += count;
    this.#settle(count);
    this.#metrics?.forwarded.inc(count);
  }

  drop(reason: string, count: number): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + count);
    this.#settle(count);
    this.#metrics?.dropped.inc({ reason }, count);
  }

  snapshot(): HopSnapshot {
    return {
      received: this.#received,
      forwarded: this.#forwarded,
      dropped: Object.fromEntries(this.#dropped),
      inFlight: this.#inFlight,
    };
  }

  #settle(count: number): void {
    this.#inFlight -= count;
    this.#metrics?.inFlight.set(this.#inFlight);
  }
}

/** True where received = forwarded + dropped + in flight. */
export function balances({ received, forwarded, dropped, inFlight }: HopSnapshot): boolean {
  const lost = Object.values(dropped).reduce((total, count) => total + count, 0);
  return received === forwarded + lost + inFlight;
}
