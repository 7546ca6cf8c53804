import {
  faceHeight,
  halfViewM,
  walkingSpeed,
  type Person,
  type Span,
  type Waypoint,
} from './people.ts';
import { Random } from './random.ts';

export const sceneKinds = [
  'walkers',
  'crossings',
  'occlusions',
  'approaching',
  'standing',
  'crowd',
] as const;
/** So still that the motion gate leaves most of it out: for the figures behind the gate. */
const stillKind = 'waiting';
const allKinds = [...sceneKinds, stillKind] as const;
export type SceneKind = (typeof allKinds)[number];

/** A pillar or a rack between the camera and the people. */
export interface Pillar {
  readonly x: number;
  readonly z: number;
  readonly widthM: number;
}

/** What happens in front of a camera, by itself: nothing of a detector or a frame rate. */
export interface Scene {
  readonly kind: SceneKind;
  readonly durationMs: number;
  readonly people: readonly Person[];
  readonly pillars: readonly Pillar[];
}

/** Every face of 24 px is nearer than 4 m; who is nearer than 0.9 m fills the picture. */
const depths = { nearest: 0.9, farthest: 4 } as const;
/** Where somebody is out of the picture for sure. */
const marginM = 0.4;

const makers: Record<SceneKind, (scene: SceneBuilder) => void> = {
  /** Past the camera, alone or in twos, a few a minute. */
  walkers: (scene) => {
    for (const atMs of scene.random.arrivals(5_000, scene.durationMs)) scene.passers(atMs);
  },
  /** Two, three or four who meet in the middle of the picture, at different distances. */
  crossings: (scene) => {
    const { random } = scene;
    for (let atMs = 0; atMs < scene.durationMs; atMs += random.between(5_000, 8_000)) {
      const z = random.between(1.2, 3);
      const meetMs = atMs + 4_000;
      scene.passer({ z, direction: 1, middleAtMs: meetMs });
      scene.passer({ z: z + random.between(0.4, 1), direction: -1, middleAtMs: meetMs });
      if (random.chance(0.3)) scene.passer({ z: z + 0.7, direction: 1, middleAtMs: meetMs - 900 });
      if (random.chance(0.3)) scene.passer({ z: z - 0.3, direction: -1, middleAtMs: meetMs + 700 });
    }
  },
  /** Past a pillar of 0.3 to 0.5 m, which hides a walker for 0.3 to 1.5 s; someone waits on each side. */
  occlusions: (scene) => {
    const { random } = scene;
    const x = random.between(-0.3, 0.3);
    scene.pillars.push({ x, z: random.between(0.9, 1.4), widthM: random.between(0.3, 0.5) });
    for (const atMs of random.arrivals(7_000, scene.durationMs)) {
      scene.passer({
        z: random.between(1.8, 3.6),
        direction: random.chance(0.5) ? 1 : -1,
        middleAtMs: atMs,
      });
    }
    for (const side of [-1, 1]) {
      scene.stayer({ atMs: random.between(0, 10_000), x: side * 1, z: 2.6, stayMs: 90_000 });
    }
  },
  /** From 4 m away towards the camera and past it: the face grows from 24 px to more than 100. */
  approaching: (scene) => {
    for (const atMs of scene.random.arrivals(6_000, scene.durationMs)) scene.approacher(atMs);
  },
  /** A queue or a stand: one to four people for 20 s to 4 min, others pass in front of and behind them. */
  standing: (scene) => {
    const { random, durationMs } = scene;
    for (const place of [-0.9, -0.3, 0.3, 0.9]) {
      for (let atMs = random.exponential(20_000); atMs < durationMs;) {
        const stayMs = 20_000 + random.exponential(60_000);
        const z = random.between(1.5, 2.4);
        scene.stayer({
          atMs,
          x: place * random.between(0.8, 1.1),
          z,
          stayMs: Math.min(stayMs, 240_000),
        });
        atMs += stayMs + 5_000 + random.exponential(20_000);
      }
    }
    // Not through the row: before it or behind it.
    for (const atMs of random.arrivals(15_000, durationMs)) {
      scene.passers(atMs, random.chance(0.5) ? random.between(0.9, 1.1) : random.between(2.8, 3.4));
    }
  },
  /** A full passage: 30 passers a minute, and some who stand in it. */
  crowd: (scene) => {
    const { random, durationMs } = scene;
    for (const atMs of random.arrivals(3_000, durationMs)) scene.passers(atMs);
    for (const atMs of random.arrivals(25_000, durationMs)) {
      scene.stayer({
        atMs,
        x: random.between(-1, 1),
        z: random.between(1.8, 3),
        stayMs: 15_000 + random.exponential(20_000),
      });
    }
    for (const atMs of random.arrivals(15_000, durationMs)) scene.approacher(atMs);
  },
  /** A waiting room: three seats, in each someone for half a minute to three who hardly moves. */
  waiting: (scene) => {
    const { random, durationMs } = scene;
    for (const place of [-0.8, 0, 0.8]) {
      for (let atMs = random.exponential(20_000); atMs < durationMs;) {
        const stayMs = Math.min(30_000 + random.exponential(30_000), 180_000);
        scene.stayer({ atMs, x: place, z: random.between(1.8, 2.4), stayMs, swayShare: 0.03 });
        atMs += stayMs + 10_000 + random.exponential(20_000);
      }
    }
  },
};

export function makeScene({ kind, seed }: { kind: SceneKind; seed: number }): Scene {
  const durationMs = kind === 'standing' || kind === 'waiting' ? 300_000 : 120_000;
  const random = new Random(seed * 16 + allKinds.indexOf(kind));
  const scene = new SceneBuilder({ random, durationMs });
  makers[kind](scene);
  const { people, pillars } = scene;
  return { kind, durationMs, people, pillars };
}

/** Puts people into a scene. */
class SceneBuilder {
  readonly random: Random;
  readonly durationMs: number;
  readonly people: Person[] = [];
  readonly pillars: Pillar[] = [];

  constructor({ random, durationMs }: { random: Random; durationMs: number }) {
    this.random = random;
    this.durationMs = durationMs;
  }

  /** One or, as 40 % do, two side by side (most pedestrians walk in groups: Moussaid et al. 2010). */
  passers(atMs: number, z = this.random.between(depths.nearest, depths.farthest - 0.6)): void {
    const { random } = this;
    const way = { z, direction: random.chance(0.5) ? 1 : -1, speed: walkingSpeed(random) };
    const middleAtMs = atMs + 2_000;
    this.passer({ ...way, middleAtMs });
    // 0.6 m beside each other, one half a step ahead.
    if (random.chance(0.4))
      this.passer({ ...way, z: way.z + 0.6, middleAtMs: middleAtMs + random.normal(0, 200) });
  }

  /** Across the picture, up to 15 degrees aslant. */
  passer(options: { z: number; direction: number; middleAtMs: number; speed?: number }): void {
    const { random } = this;
    const { z, direction, middleAtMs, speed = walkingSpeed(random) } = options;
    const reach = halfViewM(z) + marginM + 1;
    const slant = Math.tan(random.between(-15, 15) * (Math.PI / 180));
    const halfMs = (reach * Math.hypot(1, slant) * 1_000) / speed;
    this.#add(
      [
        { atMs: middleAtMs - halfMs, x: -direction * reach, z: z - slant * reach },
        { atMs: middleAtMs + halfMs, x: direction * reach, z: z + slant * reach },
      ],
      this.#glances(middleAtMs, halfMs),
    );
  }

  approacher(atMs: number): void {
    const { random } = this;
    const speed = walkingSpeed(random);
    const from = { x: random.between(-1.5, 1.5), z: 5 };
    const side = random.chance(0.5) ? 1 : -1;
    const turn = { x: random.between(-0.4, 0.4), z: random.between(0.9, 1.5) };
    const exit = { x: turn.x + side * (halfViewM(turn.z) + marginM), z: turn.z - 0.4 };
    this.#walk(atMs, speed, [from, turn, exit]);
  }

  /** Comes in from a side, stands, and leaves to a side. */
  stayer(options: {
    atMs: number;
    x: number;
    z: number;
    stayMs: number;
    swayShare?: number;
  }): void {
    const { atMs, x, z, stayMs, swayShare = 1 } = options;
    const { random } = this;
    const outside = (halfViewM(z) + marginM) * (random.chance(0.5) ? 1 : -1);
    const speed = walkingSpeed(random);
    const inMs = atMs + (Math.abs(outside - x) * 1_000) / speed;
    const outMs = inMs + stayMs;
    const leave = (halfViewM(z) + marginM) * (random.chance(0.5) ? 1 : -1);
    this.#add(
      [
        { atMs, x: outside, z },
        { atMs: inMs, x, z },
        { atMs: outMs, x, z },
        { atMs: outMs + (Math.abs(leave - x) * 1_000) / speed, x: leave, z },
      ],
      this.#lookAways(inMs, outMs),
      swayShare,
    );
  }

  #walk(atMs: number, speed: number, places: readonly { x: number; z: number }[]): void {
    const path: Waypoint[] = [];
    let nowMs = atMs;
    for (const [index, place] of places.entries()) {
      const before = places[index - 1] ?? place;
      nowMs += (Math.hypot(place.x - before.x, place.z - before.z) * 1_000) / speed;
      path.push({ ...place, atMs: nowMs });
    }
    this.#add(path, []);
  }

  /** Two thirds look at the camera all the way, the others for 0.5 to 3 s of it. */
  #glances(middleAtMs: number, halfMs: number): Span[] {
    const { random } = this;
    if (random.chance(2 / 3)) return [];
    const fromMs = middleAtMs + random.between(-0.5, 0.2) * halfMs;
    return [
      { fromMs: -Infinity, toMs: fromMs },
      { fromMs: fromMs + random.between(500, 3_000), toMs: Infinity },
    ];
  }

  /** Someone who stands turns the head away each 20 s or so, for a second: to a neighbour, to a telephone. */
  #lookAways(fromMs: number, toMs: number): Span[] {
    return this.random.arrivals(20_000, toMs - fromMs).map((atMs) => ({
      fromMs: fromMs + atMs,
      toMs: fromMs + atMs + 300 + this.random.exponential(800),
    }));
  }

  #add(path: readonly Waypoint[], awayMs: readonly Span[], swayShare = 1): void {
    const { random } = this;
    this.people.push({
      id: this.people.length,
      faceHeightM: faceHeight(random),
      path,
      awayMs,
      phase: random.between(0, 2 * Math.PI),
      swayShare,
    });
  }
}
