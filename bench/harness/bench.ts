import type { Cleanup } from './cleanup.ts';
import type { BenchOptions } from './options.ts';
import type { Series } from './series.ts';

export interface BenchContext extends Pick<
  BenchOptions,
  'rounds' | 'dataDirectory' | 'withPython'
> {
  readonly series: Series;
  /** Milliseconds since the bench began: it ends its rounds early rather than late. */
  readonly elapsedMs: () => number;
  /** Whatever a bench starts is handed over here, and stopped however the bench ends. */
  readonly cleanup: Cleanup;
  /** A line of progress. */
  readonly say: (line: string) => void;
}

export type Bench = (context: BenchContext) => Promise<void>;

/** Ours in every report. */
export const ours = 'emotion-fleet';
