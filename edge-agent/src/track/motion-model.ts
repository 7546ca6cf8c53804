import type { Box, Point } from '../ports.ts';
import { centreOf, sizeOf } from './geometry.ts';

/**
 * What a face does, in its own sizes (the side of the square of its area: 0.18 m) and seconds. Standard deviations:
 * the detector's error; the speed of a face just seen (walkers make 5 to 9 across the picture); its change within a second.
 */
const noise = { position: 0.1, speed: 6.5, speedChange: 2 } as const;
/** Time in which the speed of a face out of sight fades by 63 %: people stop and turn. */
const fadeS = 4;
/** Share of a new measurement in the size: detectors err by 5 to 20 % of it. */
const newSizeShare = 0.8;

/** In sizes a second: walkers make 5 to 9, across the picture. */
const standingSpeed = 2;
/** Who stands is found again near where he was, however long that was ago: in sizes. */
const standingDeviation = 0.3;

/** Of the logarithm of a face's size from one look to the next: who walks comes closer, or goes away. */
const sizeDeviation = { standing: 0.1, moving: 0.15 } as const;

/** Where a face is expected. */
export interface Expectation {
  readonly box: Box;
  /** Variance of its centre along each axis, pixels squared, the detector's error included. */
  readonly variance: number;
  /** Standard deviation of the logarithm of its size. */
  readonly sizeDeviation: number;
}

/**
 * A Kalman filter with constant velocity: where a face is and how it moves. Both axes have the same uncertainty, so one
 * matrix serves both.
 */
export class MotionModel {
  #atMs: number;
  #centre: Point;
  #velocity: Point = { x: 0, y: 0 };
  #width: number;
  #height: number;
  /** Variances of the centre and the velocity and their covariance. */
  #position: number;
  #covariance = 0;
  #speed: number;

  constructor({ box, nowMs }: { box: Box; nowMs: number }) {
    const size = sizeOf(box);
    this.#atMs = nowMs;
    this.#centre = centreOf(box);
    this.#width = box.width;
    this.#height = box.height;
    this.#position = (noise.position * size) ** 2;
    this.#speed = (noise.speed * size) ** 2;
  }

  /** Takes a detection in. */
  observe({ box, nowMs }: { box: Box; nowMs: number }): void {
    this.#advance(nowMs);
    const error = (noise.position * this.#size) ** 2;
    const positionGain = this.#position / (this.#position + error);
    const speedGain = this.#covariance / (this.#position + error);
    const found = centreOf(box);
    const surprise = { x: found.x - this.#centre.x, y: found.y - this.#centre.y };
    this.#centre = {
      x: this.#centre.x + positionGain * surprise.x,
      y: this.#centre.y + positionGain * surprise.y,
    };
    this.#velocity = {
      x: this.#velocity.x + speedGain * surprise.x,
      y: this.#velocity.y + speedGain * surprise.y,
    };
    this.#speed -= speedGain * this.#covariance;
    this.#covariance *= 1 - positionGain;
    this.#position *= 1 - positionGain;
    this.#width += (box.width - this.#width) * newSizeShare;
    this.#height += (box.height - this.#height) * newSizeShare;
  }

  /** False as long as nobody can say, too. */
  get isStanding(): boolean {
    const limit = standingSpeed * this.#size;
    return Math.sqrt(this.#speed) < limit && Math.hypot(this.#velocity.x, this.#velocity.y) < limit;
  }

  predict(nowMs: number): Expectation {
    const { reach, position: free } = this.#ahead(nowMs);
    const position = this.isStanding ? Math.min(free, (standingDeviation * this.#size) ** 2) : free;
    const x = this.#centre.x + this.#velocity.x * reach - this.#width / 2;
    const y = this.#centre.y + this.#velocity.y * reach - this.#height / 2;
    return {
      box: { x, y, width: this.#width, height: this.#height },
      variance: position + (noise.position * this.#size) ** 2,
      sizeDeviation: this.isStanding ? sizeDeviation.standing : sizeDeviation.moving,
    };
  }

  get #size(): number {
    return Math.sqrt(this.#width * this.#height);
  }

  #advance(nowMs: number): void {
    const { reach, keep, ...variances } = this.#ahead(nowMs);
    this.#centre = {
      x: this.#centre.x + this.#velocity.x * reach,
      y: this.#centre.y + this.#velocity.y * reach,
    };
    this.#velocity = { x: this.#velocity.x * keep, y: this.#velocity.y * keep };
    this.#position = variances.position;
    this.#covariance = variances.covariance;
    this.#speed = variances.speed;
    this.#atMs = nowMs;
  }

  /** What becomes of the uncertainty; `reach` is the time that the fading velocity is worth, in seconds. */
  #ahead(nowMs: number) {
    const elapsedS = (nowMs - this.#atMs) / 1_000;
    const keep = Math.exp(-elapsedS / fadeS);
    const reach = fadeS * (1 - keep);
    const change = (noise.speedChange * this.#size) ** 2;
    return {
      reach,
      keep,
      position:
        this.#position +
        2 * reach * this.#covariance +
        reach ** 2 * this.#speed +
        (change * elapsedS ** 3) / 3,
      covariance: keep * (this.#covariance + reach * this.#speed) + (change * elapsedS ** 2) / 2,
      speed: keep ** 2 * this.#speed + change * elapsedS,
    };
  }
}
