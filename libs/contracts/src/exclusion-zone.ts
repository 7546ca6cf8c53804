import { Type, type Static } from 'typebox';

const closed = { additionalProperties: false };
/** Share of the frame's width or height, from its upper left corner. */
const Share = Type.Number({ minimum: 0, maximum: 1 });

/**
 * A part of the picture in which nobody is measured: a box, or a polygon of 3 to 32 corners `[x, y]`.
 * Relative to the frame, so that it holds at every resolution.
 */
export const ExclusionZone = Type.Union([
  Type.Object({ x: Share, y: Share, width: Share, height: Share }, closed),
  Type.Array(Type.Tuple([Share, Share]), { minItems: 3, maxItems: 32 }),
]);
export type ExclusionZone = Static<typeof ExclusionZone>;
