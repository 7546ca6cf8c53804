import type { Box, Frame } from '../../src/ports.ts';
import { boxOf, isAway } from './film.ts';
import { figureOf, frame } from './people.ts';
import { Random } from './random.ts';
import type { Scene } from './scenes.ts';

/** A cell of the motion gate's thumbnail is a pixel here: what it would average is painted as the average. */
const cellPx = 8;
const width = frame.width / cellPx;
const height = frame.height / cellPx;

/** Brightness of what is seen, in luma levels. A wall and a floor with shelves: a pattern of ±30. */
const levels = { wall: 120, pattern: 30, hair: 60, face: 165, pillar: 90 } as const;
/** Half the range of a cell's noise: a deviation of 1, as the mean of 16 pixels has of a sensor in dim light. */
const noiseLevels = 1.75;

/** The scene as the motion gate sees it: brightness alone, people as boxes that hide what is behind them. */
export class ThumbnailPainter {
  readonly #scene: Scene;
  readonly #random: Random;
  readonly #background: Float32Array;
  readonly #noise: Float32Array;

  constructor({ scene, seed }: { scene: Scene; seed: number }) {
    this.#scene = scene;
    this.#random = new Random(seed * 16 + 11);
    this.#background = Float32Array.from(
      { length: width * height },
      (_, cell) =>
        levels.wall + levels.pattern * Math.sin((cell % width) / 3) * Math.cos(cell / width / 4),
    );
    this.#noise = Float32Array.from({ length: 16_384 }, () =>
      this.#random.between(-noiseLevels, noiseLevels),
    );
  }

  paint(nowMs: number): Frame {
    const { people, pillars } = this.#scene;
    const cells = this.#background.slice();
    const layers = [
      ...pillars.map((pillar) => ({
        distanceM: pillar.z,
        paint: () => fill(cells, boxOf(pillar), levels.pillar),
      })),
      ...people.flatMap((person) => {
        const figure = figureOf(person, nowMs);
        if (figure === undefined) return [];
        const { covers, face, distanceM } = figure;
        const paint = () => {
          const [head, body] = covers;
          // Clothes of every brightness, the same for one person.
          fill(cells, body!, 40 + ((person.id * 67) % 150));
          fill(cells, head!, levels.hair);
          if (!isAway(person, nowMs)) fill(cells, face, levels.face);
        };
        return [{ distanceM, paint }];
      }),
    ];
    for (const { paint } of layers.toSorted((a, b) => b.distanceM - a.distanceM)) paint();
    const from = Math.floor(this.#random.between(0, this.#noise.length - cells.length));
    const data = new Uint8Array(cells.length);
    for (let cell = 0; cell < cells.length; cell += 1) {
      data[cell] = Math.round(cells[cell]! + this.#noise[from + cell]!);
    }
    return { width, height, data, capturedAtMs: nowMs };
  }
}

/** Cells that the box covers in part take its brightness in part. */
function fill(cells: Float32Array, box: Box, level: number): void {
  const [left, top] = [box.x / cellPx, box.y / cellPx];
  const [right, bottom] = [left + box.width / cellPx, top + box.height / cellPx];
  for (let row = Math.max(0, Math.floor(top)); row < Math.min(height, bottom); row += 1) {
    const tall = Math.min(bottom, row + 1) - Math.max(top, row);
    for (let column = Math.max(0, Math.floor(left)); column < Math.min(width, right); column += 1) {
      const share = tall * (Math.min(right, column + 1) - Math.max(left, column));
      const cell = row * width + column;
      cells[cell] = cells[cell]! + (level - cells[cell]!) * share;
    }
  }
}
