import type { BenchContext } from '../harness/bench.ts';
export async function benchProcessor(_context: BenchContext): Promise<void> {}
