import { Type, type Static } from 'typebox';

/** ISO 8601 with an offset, for example `2026-03-01T09:00:00Z`. */
export const IsoTime = Type.String({ format: 'date-time' });

/** Ranges widen to whole minutes; the running minute counts; `to` may lie in the future. */
export const RangeQuery = Type.Object(
  { from: IsoTime, to: IsoTime },
  { additionalProperties: false },
);
export type RangeQuery = Static<typeof RangeQuery>;

export const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
    /** `next` of the page before. */
    after: Type.Optional(Type.String({ maxLength: 128 })),
  },
  { additionalProperties: false },
);
export type PageQuery = Static<typeof PageQuery>;
