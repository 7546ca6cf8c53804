import { Counter, type Registry } from 'prom-client';

export interface TallyOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
  readonly registry?: Registry | undefined;
}

/** A labelled counter that can also be read in the process. Labels come from closed lists only. */
export class Tally<Label extends string> {
  readonly #labels: readonly Label[];
  readonly #counts = new Map<string, number>();
  readonly #counter: Counter<Label> | undefined;

  constructor({ name, help, labels, registry }: TallyOptions<Label>) {
    this.#labels = labels;
    if (registry === undefined) return;
    this.#counter = new Counter({ name, help, labelNames: labels, registers: [registry] });
  }

  count(labels: Record<Label, string>): void {
    const key = this.#labels.map((label) => labels[label]).join('/');
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#counter?.inc(labels);
  }

  /** Counts by label values, joined with `/` in the order of `labels`. */
  snapshot(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
