export interface Metric {
  readonly subject: string;
  readonly metric: string;
  readonly unit: string;
}

/** One line of a report. */
export interface Row extends Metric {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

/** Figures by subject and metric, one a round. */
export class Series {
  readonly #values = new Map<string, { metric: Metric; values: number[] }>();

  add(metric: Metric, value: number): void {
    const key = `${metric.subject}/${metric.metric}`;
    const entry = this.#values.get(key);
    if (entry === undefined) this.#values.set(key, { metric, values: [value] });
    else entry.values.push(value);
  }

  rows(): Row[] {
    return [...this.#values.values()].map(({ metric, values }) => ({
      ...metric,
      median: round(quantile(values, 0.5)),
      min: round(Math.min(...values)),
      max: round(Math.max(...values)),
      rounds: values.length,
    }));
  }
}

/** Between two values it lies in proportion. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** Three digits that count, as far as whole numbers allow. */
function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
