/**
 * The sensor runs faster than we look: at 5 frames/s automatic exposure may take up to 200 ms a
 * picture, and a walker's face is a smear.
 */
const leastFramesPerSecond = 15;

/** Whole frames a second to ask a sensor for. */
export function sensorRate(framesPerSecond: number): number {
  return Math.max(leastFramesPerSecond, Math.ceil(framesPerSecond));
}
