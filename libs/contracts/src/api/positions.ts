import { Type, type Static } from 'typebox';
import { emotions } from '../emotions.ts';
import { ByEmotionCounts } from './summary.ts';
import { IsoTime } from './query.ts';

/** `/devices/{deviceId}/positions`: face centres as shares of the frame (0..1), an even sample of the range. */
export const Positions = Type.Object({
  from: IsoTime,
  to: IsoTime,
  /** Samples in the range; `points` holds at most 2,000 of them. */
  samples: Type.Number(),
  suppressed: Type.Boolean(),
  points: Type.Array(
    Type.Object({
      x: Type.Number(),
      y: Type.Number(),
      emotion: Type.Enum(emotions),
      observedAt: IsoTime,
    }),
  ),
});

/** `/devices/{deviceId}/heatmap`: samples by cell of a 32 x 18 grid; hours that the range touches count whole. */
export const Heatmap = Type.Object({
  from: IsoTime,
  to: IsoTime,
  columns: Type.Integer(),
  rows: Type.Integer(),
  suppressed: Type.Boolean(),
  cells: Type.Array(
    Type.Object({ column: Type.Integer(), row: Type.Integer(), byEmotion: ByEmotionCounts }),
  ),
});

export type Positions = Static<typeof Positions>;
export type Heatmap = Static<typeof Heatmap>;
