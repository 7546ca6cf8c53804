import { Type, type Static } from 'typebox';
import { deviceStates } from './device-states.ts';

/** ISO 8601 with an offset, for example `2026-03-01T09:00:00Z`. */
export const IsoTime = Type.String({ format: 'date-time' });

/** Ranges widen to whole minutes; the running minute counts; `to` may lie in the future. */
export const RangeQuery = Type.Object(
  { from: IsoTime, to: IsoTime },
  { additionalProperties: false },
);
export type RangeQuery = Static<typeof RangeQuery>;

/** What a list is asked for. Without any of it: everything by id, page after page. */
const listQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
  /** `next` of the page before; in the order of ids alone. */
  after: Type.Optional(Type.String({ maxLength: 128 })),
  /** Rows that are left out at the beginning, in any order. */
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  /** Words that must all stand in names or ids, of the site's as well. */
  q: Type.Optional(Type.String({ maxLength: 128 })),
  descending: Type.Optional(Type.Boolean({ default: false })),
};

/** `state`: what needs a person's attention first. A number that isn't there comes before all others. */
export const deviceOrders = [
  'deviceId',
  'name',
  'state',
  'coverageLastHour',
  'visitsLastHour',
  'framesPerSecond',
  'lastRecordAt',
] as const;
export const DeviceListQuery = Type.Object(
  {
    ...listQuery,
    sort: Type.Optional(Type.Enum(deviceOrders)),
    state: Type.Optional(Type.Enum(deviceStates)),
    siteId: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  },
  { additionalProperties: false },
);
export type DeviceListQuery = Static<typeof DeviceListQuery>;

/** `devicesOk`: by the share of cameras that are well. */
export const siteOrders = [
  'siteId',
  'name',
  'devicesOk',
  'coverageLastHour',
  'visitsLastHour',
] as const;
export const SiteListQuery = Type.Object(
  { ...listQuery, sort: Type.Optional(Type.Enum(siteOrders)) },
  { additionalProperties: false },
);
export type SiteListQuery = Static<typeof SiteListQuery>;
