import type { LiveFaces } from '@emotion-fleet/contracts/api';

/** A face box with the time at which this browser last heard of it (`Date.now()`, never the device's clock). */
export interface SeenFace {
  readonly face: LiveFaces['faces'][number];
  readonly heardAtMs: number;
}

/** Samples come once a second: a box is solid until the next is due, then fades, then goes. */
const solidForMs = 1_500;
const goneAfterMs = 4_000;
/** Bounds what a page keeps, whatever a stream sends. */
const maxFaces = 200;

export function addLook(
  seen: ReadonlyMap<string, SeenFace>,
  look: LiveFaces,
  heardAtMs: number,
): ReadonlyMap<string, SeenFace> {
  const next = new Map(seen);
  for (const face of look.faces) next.set(face.trackId, { face, heardAtMs });
  return new Map([...next].slice(-maxFaces));
}

/** The same map where nothing is old, so that nothing is drawn again. */
export function dropOld(
  seen: ReadonlyMap<string, SeenFace>,
  nowMs: number,
): ReadonlyMap<string, SeenFace> {
  const kept = [...seen].filter(([, { heardAtMs }]) => nowMs - heardAtMs < goneAfterMs);
  return kept.length === seen.size ? seen : new Map(kept);
}

/** 1 while fresh, falling to 0 when it goes. */
export function faceOpacity({ heardAtMs }: SeenFace, nowMs: number): number {
  const age = nowMs - heardAtMs;
  if (age <= solidForMs) return 1;
  return Math.max(0, 1 - (age - solidForMs) / (goneAfterMs - solidForMs));
}
