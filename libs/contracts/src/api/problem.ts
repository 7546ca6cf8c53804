import { Type, type Static } from 'typebox';

/** Error body (RFC 9457, `application/problem+json`) with a stable `code`. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  code: Type.String(),
});
export type Problem = Static<typeof Problem>;
