/** Monotonic ms since the machine started, its sleep left out: the same for each process, unlike `performance.now`. */
export function sinceBootMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
