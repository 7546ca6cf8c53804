import type { Box, Point } from '../ports.ts';
import { centreOf } from './geometry.ts';

/** Share of a new measurement in the velocity: a walker's steps are smoothed, a turn isn't missed. */
const newShare = 0.6;
/** A face out of sight coasts this long in all: people stop and turn. */
const coastMs = 600;

/** Where a face is and how it moves, in pixels and pixels per millisecond. */
export class MotionModel {
  #box: Box;
  #velocity: Point | undefined;
  #atMs: number;

  constructor({ box, nowMs }: { box: Box; nowMs: number }) {
    this.#box = box;
    this.#atMs = nowMs;
  }

  /** False until two measurements have shown a velocity. */
  get hasVelocity(): boolean {
    return this.#velocity !== undefined;
  }

  observe({ box, nowMs }: { box: Box; nowMs: number }): void {
    const elapsedMs = nowMs - this.#atMs;
    if (elapsedMs > 0) {
      const from = centreOf(this.#box);
      const to = centreOf(box);
      const measured = { x: (to.x - from.x) / elapsedMs, y: (to.y - from.y) / elapsedMs };
      const old = this.#velocity ?? measured;
      this.#velocity = {
        x: old.x + (measured.x - old.x) * newShare,
        y: old.y + (measured.y - old.y) * newShare,
      };
    }
    this.#box = box;
    this.#atMs = nowMs;
  }

  /** The box expected at a time, the velocity fading as it gets older. */
  predict(nowMs: number): Box {
    const { x = 0, y = 0 } = this.#velocity ?? {};
    const effectiveMs = coastMs * (1 - Math.exp(-(nowMs - this.#atMs) / coastMs));
    return { ...this.#box, x: this.#box.x + x * effectiveMs, y: this.#box.y + y * effectiveMs };
  }
}
