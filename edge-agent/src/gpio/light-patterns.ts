import type { StatusPattern } from '../ports.ts';

/**
 * Durations in ms, lit and dark in turn, again and again; one alone is lit for good. Told apart across a
 * room without colours: fast, steady, two flashes, slow, and dark with a flash each 5 s.
 */
export const lightPatterns: Readonly<Record<StatusPattern, readonly number[]>> = {
  starting: [100, 100],
  ok: [1_000],
  blind: [100, 200, 100, 1_600],
  offline: [1_000, 1_000],
  paused: [50, 4_950],
};
