/** Random bytes differ from their neighbours by 85 on average, the hardest pictures of the world by half of that. */
const leastDifference = 60;
const rowsLookedAt = 16;

export interface NoiseOptions {
  /** An I420 picture. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * True where the bytes are no picture: those of a compressed stream, or of a program gone mad. In a picture neighbours
 * resemble each other.
 */
export function isNoise({ data, width, height }: NoiseOptions): boolean {
  let sum = 0;
  let count = 0;
  const step = Math.max(1, Math.floor(height / rowsLookedAt));
  for (let row = 0; row < height; row += step) {
    for (let at = row * width + 1; at < (row + 1) * width; at += 1) {
      sum += Math.abs(data[at]! - data[at - 1]!);
      count += 1;
    }
  }
  return count > 0 && sum / count > leastDifference;
}
