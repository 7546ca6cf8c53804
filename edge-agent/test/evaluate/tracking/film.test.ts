import assert from 'node:assert/strict';
import test from 'node:test';
import { makeFilm, ticksPerSecond, type Picture } from '../../../evaluate/tracking/film.ts';
import { figureOf, frame, type Person } from '../../../evaluate/tracking/people.ts';
import { makeScene, sceneKinds } from '../../../evaluate/tracking/scenes.ts';

const walker: Person = {
  id: 0,
  faceHeightM: 1.6,
  path: [
    { atMs: 0, x: -3, z: 2 },
    { atMs: 6_000, x: 3, z: 2 },
  ],
  awayMs: [],
  phase: 0,
};
const film = (scene: Partial<Parameters<typeof makeFilm>[0]['scene']>): Picture[] =>
  makeFilm({
    scene: { kind: 'walkers', durationMs: 6_000, people: [walker], pillars: [], ...scene },
    seed: 1,
  });
const visibleS = (pictures: readonly Picture[], personId = 0): number =>
  pictures.filter(({ visible }) => visible.includes(personId)).length / ticksPerSecond;

test('makes the same film for the same seed, and another for another', () => {
  const make = (seed: number) => makeFilm({ scene: makeScene({ kind: 'crowd', seed }), seed });
  assert.deepEqual(make(3), make(3));
  assert.notDeepEqual(make(3), make(4));
});

test('sees a walker while the lens does', () => {
  // 62.2 degrees see 2.4 m at 2 m; a face counts from 65 % of it on.
  assert.ok(Math.abs(visibleS(film({})) - 2.4) < 0.2);
});

test('hides a face behind a pillar, behind who stands nearer, and while it is turned away', () => {
  const seen = visibleS(film({}));
  assert.ok(visibleS(film({ pillars: [{ x: 0, z: 1, widthM: 0.3 }] })) < seen - 0.4);
  const before: Person = {
    ...walker,
    id: 1,
    path: [
      { atMs: -5_000, x: 0, z: 1.9 },
      { atMs: 20_000, x: 0, z: 1.9 },
    ],
  };
  assert.ok(visibleS(film({ people: [walker, before] })) < seen - 0.1);
  const away = { ...walker, awayMs: [{ fromMs: 2_500, toMs: 3_500 }] };
  assert.ok(Math.abs(visibleS(film({ people: [away] })) - (seen - 1)) < 0.1);
});

test('detects what is visible, but for misses, close to where it is', () => {
  const pictures = sceneKinds.flatMap((kind) =>
    makeFilm({ scene: makeScene({ kind, seed: 7 }), seed: 7 }),
  );
  const visible = pictures.reduce((sum, picture) => sum + picture.visible.length, 0);
  const found = pictures
    .flatMap(({ findings }) => findings)
    .filter(({ personId }) => personId !== undefined);
  assert.ok(found.length > 0.8 * visible && found.length < 0.98 * visible);
  const figures = new Map(film({}).map(({ nowMs }) => [nowMs, figureOf(walker, nowMs)]));
  for (const { nowMs, findings } of film({})) {
    const mine = findings.find(({ personId }) => personId === 0);
    if (mine === undefined) continue;
    const { face } = figures.get(nowMs)!;
    const { box } = mine.detection;
    assert.ok(Math.abs(box.y + box.height / 2 - face.y - face.height / 2) < face.height / 3);
    assert.ok(box.x >= 0 && box.x + box.width <= frame.width);
  }
});
