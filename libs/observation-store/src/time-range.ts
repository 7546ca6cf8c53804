/** Half open, epoch ms: `from <= t < to`. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}
