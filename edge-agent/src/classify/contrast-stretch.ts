const lowShare = 0.01;
const highShare = 0.99;
/**
 * A crop with at least this spread between its 1st and 99th percentile is as the network knows it
 * (nine in ten of the FER2013 pictures) and stays as it is: stretching those costs a point.
 */
const sufficientSpread = 130;
/** A crop flatter than this shows nothing; it is not blown up to noise. */
const smallestSpread = 4;
/** Where the percentiles of a stretched crop come to lie: their usual place in FER2013 pictures. */
const stretchedLow = 20;
const stretchedHigh = 225;

/**
 * Turns the limited-range luma of a crop in place into the network's range, -1..1. A crop of low
 * contrast is stretched first: at 0.4 of the light accuracy falls from 65 to 52 % without it and to
 * 63 % with it. `histogram` (256 counters) is scratch space.
 */
export function normalizeContrast(pixels: Float32Array, histogram: Uint32Array): void {
  histogram.fill(0);
  for (let index = 0; index < pixels.length; index += 1) {
    const value = clampByte(((pixels[index]! - 16) * 255) / 219);
    pixels[index] = value;
    histogram[Math.round(value)]! += 1;
  }
  const low = percentileOf(histogram, pixels.length * lowShare);
  const high = percentileOf(histogram, pixels.length * highShare);
  const isStretched = high - low < sufficientSpread;
  const gain = isStretched
    ? (stretchedHigh - stretchedLow) / Math.max(high - low, smallestSpread)
    : 1;
  const shift = isStretched ? stretchedLow - low * gain : 0;
  for (let index = 0; index < pixels.length; index += 1) {
    pixels[index] = clampByte(pixels[index]! * gain + shift) / 127.5 - 1;
  }
}

function percentileOf(histogram: Uint32Array, rank: number): number {
  let count = 0;
  for (let value = 0; value < histogram.length; value += 1) {
    count += histogram[value]!;
    if (count > rank) return value;
  }
  return histogram.length - 1;
}

function clampByte(value: number): number {
  return Math.min(255, Math.max(0, value));
}
