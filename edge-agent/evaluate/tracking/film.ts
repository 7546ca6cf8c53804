import type { Box, Detection } from '../../src/ports.ts';
import { clipBox } from '../../src/track/geometry.ts';
import { figureOf, focalPx, frame, smallestFacePx, type Figure, type Person } from './people.ts';
import { Random } from './random.ts';
import type { Pillar, Scene } from './scenes.ts';

/** The film is made once at this rate; a camera of 3, 5, 10 or 15 frames/s takes each tenth to second picture. */
export const ticksPerSecond = 30;

/** A detection, and whose face it is; nobody's where the detector erred. */
export interface Finding {
  readonly detection: Detection;
  readonly personId: number | undefined;
}

export interface Picture {
  readonly nowMs: number;
  /** Whose face is there for anyone to see: in the picture, large enough, turned to the camera, not hidden. */
  readonly visible: readonly number[];
  readonly findings: readonly Finding[];
}

/**
 * What the detector does. Measured with BlazeFace 320x256 over the virtual camera, whose pictures were made smaller to
 * have small faces, too (6,241 looks at 640 x 480, 5 a second):
 *
 *     height of the face    24 to 31   32 to 47   48 to 79   80 to 119   120 px and more
 *     missed                  37.3 %      9.6 %      0.5 %         0 %         0 %
 *     sd of the centre         0.087      0.060      0.028       0.024     0.018 face sizes
 *     sd of the log of size    0.198      0.122      0.063       0.043     0.057
 *
 * and 74 false detections in 3,600 pictures. Half of the misses came alone, the others in rows. Nobody moves in those
 * photographs, so blur is left out: large faces are missed more often here.
 */
export const detectorNoise = {
  /** Share of looks that miss a visible face, by its height. */
  missShares: [
    { fromPx: 48, share: 0.03 },
    { fromPx: 32, share: 0.12 },
    { fromPx: 0, share: 0.37 },
  ],
  /** Misses come in rows: what hides a face from the detector (blur, an odd angle) lasts. */
  missMs: 300,
  /** Standard deviation of the centre: in face sizes, and pixels beside it. */
  centre: 0.01,
  centrePx: 1.8,
  /** Of the logarithm of the size, likewise. */
  logSize: 0.03,
  sizePx: 3.2,
  /** The error drifts rather than jumps: it loses 63 % of itself in this time. */
  driftMs: 300,
  /** Nobody's face, once, anywhere: in 1 % of the looks, as are those below. */
  falseEachMs: 20_000,
  falseMs: 200,
  /** Places where a pattern is taken for a face again and again. */
  spots: 2,
  spotEachMs: 60_000,
  spotMs: 300,
} as const;

/** Share of a face that must be in sight for the detector to know it. */
const leastSeen = 0.65;

/** The scene as the detector reports it, 30 pictures a second. The same scene and seed give the same film. */
export function makeFilm({ scene, seed }: { scene: Scene; seed: number }): Picture[] {
  const random = new Random(seed * 16 + 7);
  const eyes = new Map(scene.people.map((person) => [person.id, new Look(random)]));
  const errors = new FalseFaces({ random, durationMs: scene.durationMs });
  const count = (scene.durationMs * ticksPerSecond) / 1_000;
  return Array.from({ length: count }, (_, tick) => {
    const nowMs = (tick * 1_000) / ticksPerSecond;
    const figures = scene.people.flatMap((person) => figureOf(person, nowMs) ?? []);
    const seen = figures.filter((figure) =>
      isVisible({ figure, figures, pillars: scene.pillars, nowMs }),
    );
    const findings = seen.flatMap(({ person, face }) => {
      const detection = eyes.get(person.id)!.find(face);
      return detection === undefined ? [] : [{ detection, personId: person.id }];
    });
    return {
      nowMs,
      visible: seen.map(({ person }) => person.id),
      findings: [...findings, ...errors.at(nowMs)].sort(
        (a, b) => b.detection.score - a.detection.score,
      ),
    };
  });
}

function isVisible(options: {
  figure: Figure;
  figures: readonly Figure[];
  pillars: readonly Pillar[];
  nowMs: number;
}): boolean {
  const { figure, figures, pillars, nowMs } = options;
  const { face, distanceM, person } = figure;
  if (face.height < smallestFacePx || isAway(person, nowMs)) return false;
  const covers = [
    ...figures.filter((other) => other.distanceM < distanceM).flatMap((other) => other.covers),
    ...pillars.filter(({ z }) => z < distanceM).map(boxOf),
  ];
  return seenShare(face, covers) >= leastSeen;
}

export function isAway(person: Person, nowMs: number): boolean {
  return person.awayMs.some(({ fromMs, toMs }) => nowMs >= fromMs && nowMs < toMs);
}

/** From the floor to the ceiling. */
export function boxOf({ x, z, widthM }: Pillar): Box {
  const scale = focalPx / z;
  return {
    x: frame.width / 2 + (x - widthM / 2) * scale,
    y: 0,
    width: widthM * scale,
    height: frame.height,
  };
}

/** Share of the face that lies in the picture and behind nothing, counted at 8 x 8 points. */
function seenShare(face: Box, covers: readonly Box[]): number {
  const steps = 8;
  let seen = 0;
  for (let point = 0; point < steps * steps; point += 1) {
    const x = face.x + (((point % steps) + 0.5) / steps) * face.width;
    const y = face.y + ((Math.floor(point / steps) + 0.5) / steps) * face.height;
    const isInside = x >= 0 && y >= 0 && x < frame.width && y < frame.height;
    if (isInside && !covers.some((box) => holds(box, x, y))) seen += 1;
  }
  return seen / steps ** 2;
}

function holds(box: Box, x: number, y: number): boolean {
  return x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height;
}

/** How the detector sees one person: misses in rows, errors that drift. */
class Look {
  readonly #random: Random;
  #isMissing = false;
  #error = [0, 0, 0];

  constructor(random: Random) {
    this.#random = random;
    this.#error = this.#error.map(() => random.normal(0, 1));
  }

  /** One tick; undefined where the detector misses the face. */
  find(face: Box): Detection | undefined {
    const random = this.#random;
    const { missShares, missMs, centre, centrePx, logSize, sizePx, driftMs } = detectorNoise;
    const tickMs = 1_000 / ticksPerSecond;
    const { share } = missShares.find(({ fromPx }) => face.height >= fromPx)!;
    // A chain of two states that is in the missing one for that share of the time.
    const leaveShare = this.#isMissing
      ? tickMs / missMs
      : (tickMs / missMs) * (share / (1 - share));
    if (random.chance(leaveShare)) this.#isMissing = !this.#isMissing;
    const keep = Math.exp(-tickMs / driftMs);
    this.#error = this.#error.map(
      (value) => value * keep + random.normal(0, Math.sqrt(1 - keep ** 2)),
    );
    if (this.#isMissing) return undefined;
    const size = Math.sqrt(face.width * face.height);
    const [x = 0, y = 0, scale = 0] = this.#error;
    const deviation = centre * size + centrePx;
    const growth = Math.exp(scale * (logSize + sizePx / size));
    const width = face.width * growth;
    const height = face.height * growth;
    const box = clipBox(
      {
        x: face.x + face.width / 2 + x * deviation - width / 2,
        y: face.y + face.height / 2 + y * deviation - height / 2,
        width,
        height,
      },
      frame,
    );
    const score = Math.min(
      0.99,
      Math.max(0.5, random.normal(face.height >= 48 ? 0.88 : 0.75, 0.08)),
    );
    return box === undefined ? undefined : { box, score };
  }
}

/** Faces that nobody has. */
class FalseFaces {
  readonly #faces: readonly { fromMs: number; toMs: number; box: Box; score: number }[];

  constructor({ random, durationMs }: { random: Random; durationMs: number }) {
    const { falseEachMs, falseMs, spots, spotEachMs, spotMs } = detectorNoise;
    const blink = (fromMs: number, meanMs: number, box: Box) => ({
      fromMs,
      toMs: fromMs + random.exponential(meanMs),
      box,
      score: random.between(0.5, 0.7),
    });
    const somewhere = (): Box => {
      const width = 20 + random.exponential(20);
      return {
        x: random.between(0, frame.width - width),
        y: random.between(0, 300),
        width,
        height: width * 1.3,
      };
    };
    const flickers = random
      .arrivals(falseEachMs, durationMs)
      .map((atMs) => blink(atMs, falseMs, somewhere()));
    const patterns = Array.from({ length: spots }, somewhere).flatMap((box) =>
      random.arrivals(spotEachMs, durationMs).map((atMs) => blink(atMs, spotMs, box)),
    );
    this.#faces = [...flickers, ...patterns];
  }

  at(nowMs: number): Finding[] {
    return this.#faces
      .filter(({ fromMs, toMs }) => nowMs >= fromMs && nowMs < toMs)
      .map(({ box, score }) => ({ detection: { box, score }, personId: undefined }));
  }
}
