import { Type, type Static } from 'typebox';

const Time = Type.Number();

/** Hangs of the networks, over processes. */
export const Hangs = Type.Object({
  times: Type.Integer({ minimum: 1 }),
  /** Wall time of the first and the last of them; the row's times are right where no clock was set. */
  sinceWallMs: Time,
  lastWallMs: Time,
  /** The first and the last of those that nothing has mended since, in ms since the machine's start. */
  rowFromMs: Time,
  rowToMs: Time,
});
export type Hangs = Static<typeof Hangs>;

/** For an operator's eyes. */
export function describeHangs({ times, sinceWallMs }: Hangs): string {
  const since = `${new Date(sinceWallMs).toISOString().slice(0, 16)}Z`;
  return `the networks have hung ${times === 1 ? 'once' : `${times} times`} since ${since}`;
}
