import type { Box } from '../ports.ts';
import { seededUnit } from './seeded-random.ts';

/** One leg: a move to the next view, then a rest in which the picture stands still. */
const legMs = 9_000;
/** A move takes this share of its leg at least and at most. */
const moveShare = { least: 0.45, most: 0.75 } as const;
/** Width of a view as a share of the widest that fits: from a face or two, large, to most of the people. */
const viewShares = { narrowest: 0.38, widest: 0.85 } as const;
/** Centres lie in the upper part: that is where photographs of people have their faces. */
const centreRows = { top: 0.15, bottom: 0.6 } as const;

/** Random numbers that one view takes: width, column, row, length of the move to it. */
const drawsPerLeg = 4;

export interface VirtualViewOptions {
  /** Size of the photograph in pixels. */
  readonly photo: { readonly width: number; readonly height: number };
  /** Width over height of the camera's picture. */
  readonly aspectRatio: number;
  readonly seed: number;
  /** Time since the camera began. */
  readonly timeMs: number;
}

/**
 * What the virtual camera sees at a time: a box in pixels of the photograph, always inside it. The same
 * arguments give the same view, and it moves smoothly: each leg eases from one view to the next, then
 * rests.
 */
export function virtualView({ photo, aspectRatio, seed, timeMs }: VirtualViewOptions): Box {
  const leg = Math.floor(timeMs / legMs);
  const from = restingView({ photo, aspectRatio, seed, leg });
  const to = restingView({ photo, aspectRatio, seed, leg: leg + 1 });
  const moveMs = legMs * between(moveShare.least, moveShare.most, draw(seed, leg, 3));
  const share = ease(Math.min(1, (timeMs - leg * legMs) / moveMs));
  return {
    x: between(from.x, to.x, share),
    y: between(from.y, to.y, share),
    width: between(from.width, to.width, share),
    height: between(from.height, to.height, share),
  };
}

function restingView(options: Omit<VirtualViewOptions, 'timeMs'> & { leg: number }): Box {
  const { photo, aspectRatio, seed, leg } = options;
  const widest = Math.min(photo.width, photo.height * aspectRatio);
  const width = widest * between(viewShares.narrowest, viewShares.widest, draw(seed, leg, 0));
  const height = width / aspectRatio;
  const centreX = photo.width * draw(seed, leg, 1);
  const centreY = photo.height * between(centreRows.top, centreRows.bottom, draw(seed, leg, 2));
  return {
    x: clamp(centreX - width / 2, 0, photo.width - width),
    y: clamp(centreY - height / 2, 0, photo.height - height),
    width,
    height,
  };
}

function draw(seed: number, leg: number, index: number): number {
  return seededUnit({ seed, step: leg * drawsPerLeg + index });
}

/** Smoothstep: starts and ends without a jerk. */
function ease(share: number): number {
  return share * share * (3 - 2 * share);
}

function between(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
