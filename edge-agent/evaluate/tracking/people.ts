import type { Box } from '../../src/ports.ts';
import type { Random } from './random.ts';

/**
 * The frame and the lens: 640 x 480 with the 62.2 degrees of a Raspberry Pi camera module 2 across (its data sheet).
 * What a larger frame changes is the unit alone.
 */
export const frame = { width: 640, height: 480 } as const;
export const focalPx = frame.width / 2 / Math.tan((62.2 / 2) * (Math.PI / 180));
/** Stands at 1.75 m, looking slightly down: the horizon lies above the middle. */
const camera = { heightM: 1.75, horizonY: 200 } as const;
/** A face, brow to chin widened to the whole face: breadth and hairline to chin of adults (ANSUR II: 0.14 and 0.19 m), rounded up as the detector's boxes are. */
export const faceM = { width: 0.155, height: 0.2 } as const;
/** Smaller faces are of no use to anything behind the tracker. */
export const smallestFacePx = 24;

/** Where somebody's face is: metres to the right of the camera, and away from it. */
export interface Place {
  readonly x: number;
  readonly z: number;
}

export interface Waypoint extends Place {
  readonly atMs: number;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Somebody who comes once and leaves once. */
export interface Person {
  readonly id: number;
  /** Height of the middle of the face above the floor, metres. */
  readonly faceHeightM: number;
  /** Straight lines in between; not there before the first and after the last. */
  readonly path: readonly Waypoint[];
  /** While the face is turned away from the camera. */
  readonly awayMs: readonly Span[];
  /** Own rhythm of steps and sway. */
  readonly phase: number;
  /** Share of the sway of someone who stands; who sits still has little of it. */
  readonly swayShare?: number;
}

/** Walking speed of pedestrians: mean 1.34 m/s, deviation 0.26 (Weidmann 1993). */
export function walkingSpeed(random: Random): number {
  return Math.max(0.6, random.normal(1.34, 0.26));
}

/** Middle of the face: statures of 1.70 m, deviation 0.09 (men and women, NCD-RisC 2016), less 0.12 m. */
export function faceHeight(random: Random): number {
  return random.normal(1.58, 0.09);
}

/** Half of the width that the camera sees at a distance, metres. */
export function halfViewM(z: number): number {
  return (z * frame.width) / 2 / focalPx;
}

/** Nobody starts, stops or turns at once: a walker is at full speed after two steps, about 0.8 s (Breniere and Do 1986). */
const turnMs = 800;
const turnSteps = 8;

/** The place on the path, its corners rounded, and the speed; undefined outside it. */
function placeOf(person: Person, nowMs: number): (Place & { speed: number }) | undefined {
  const { path } = person;
  if (nowMs < path[0]!.atMs || nowMs >= path.at(-1)!.atMs) return undefined;
  const places = Array.from({ length: turnSteps + 1 }, (_, step) =>
    cornerPlaceOf(path, nowMs + turnMs * (step / turnSteps - 0.5)),
  );
  const mean = (axis: 'x' | 'z') =>
    places.reduce((sum, place) => sum + place[axis], 0) / places.length;
  const [first, last] = [places[0]!, places.at(-1)!];
  const speed = Math.hypot(last.x - first.x, last.z - first.z) / (turnMs / 1_000);
  return { x: mean('x'), z: mean('z'), speed };
}

function cornerPlaceOf(path: readonly Waypoint[], nowMs: number): Place {
  const next = path.findIndex(({ atMs }) => atMs > nowMs);
  if (next < 0) return path.at(-1)!;
  if (next === 0) return path[0]!;
  const [from, to] = [path[next - 1]!, path[next]!];
  const share = (nowMs - from.atMs) / (to.atMs - from.atMs);
  return { x: from.x + (to.x - from.x) * share, z: from.z + (to.z - from.z) * share };
}

/**
 * The face's place with what a body adds. Walking: the head bobs by 2 cm twice a stride and sways by 2 cm once (about
 * 1 stride a second; Hirasaki et al. 1999). Standing: it sways by 1 cm within seconds and shifts its weight by 4 cm
 * within half a minute (Duarte and Zatsiorsky 1999).
 */
function headOf(person: Person, nowMs: number): (Place & { heightM: number }) | undefined {
  const place = placeOf(person, nowMs);
  if (place === undefined) return undefined;
  const { phase, faceHeightM, swayShare = 1 } = person;
  const turn = (periodMs: number) => Math.sin((2 * Math.PI * nowMs) / periodMs + phase);
  const isWalking = place.speed > 0.3;
  const sway = isWalking
    ? 0.02 * turn(1_000)
    : swayShare * (0.01 * turn(3_100) + 0.04 * Math.tanh(3 * turn(29_000)));
  const bob = isWalking ? 0.02 * turn(500) : swayShare * 0.003 * turn(2_300);
  return {
    x: place.x + sway,
    z: place.z + (isWalking ? 0 : swayShare * 0.01 * turn(4_300)),
    heightM: faceHeightM + bob,
  };
}

/** A person in the picture: the face, and what of the body hides those behind. */
export interface Figure {
  readonly person: Person;
  readonly face: Box;
  readonly distanceM: number;
  readonly covers: readonly Box[];
}

/** Undefined where nobody is there, or too close to the lens. */
export function figureOf(person: Person, nowMs: number): Figure | undefined {
  const head = headOf(person, nowMs);
  if (head === undefined || head.z < 0.3) return undefined;
  const scale = focalPx / head.z;
  const x = frame.width / 2 + head.x * scale;
  const y = camera.horizonY + (camera.heightM - head.heightM) * scale;
  const around = (width: number, top: number, bottom: number): Box => ({
    x: x - (width / 2) * scale,
    y: y + top * scale,
    width: width * scale,
    height: (bottom - top) * scale,
  });
  return {
    person,
    face: around(faceM.width, -faceM.height / 2, faceM.height / 2),
    distanceM: head.z,
    // A head with its hair, and shoulders of 0.45 m.
    covers: [around(0.19, -0.15, 0.13), around(0.45, 0.15, 1.6)],
  };
}
