import fc from 'fast-check';

/** Numbers spread evenly from `min` to `max`: nearly all that `fc.double` gives lie next to 0. */
export function between(min: number, max: number): fc.Arbitrary<number> {
  const parts = 4_096;
  return fc.nat({ max: parts }).map((part) => min + ((max - min) * part) / parts);
}
