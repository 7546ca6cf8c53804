import { Type, type Static } from 'typebox';
import { idPattern } from './ids.ts';

const Clock = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$' });

/** Local time of day at the site, for the weekdays named (1 = Monday .. 7 = Sunday). */
export const OpeningHours = Type.Array(
  Type.Object(
    {
      weekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7 }),
      from: Clock,
      to: Clock,
    },
    { additionalProperties: false },
  ),
  { maxItems: 50 },
);
export type OpeningHours = Static<typeof OpeningHours>;

/** What measuring is for. Workplace and education are refused (EU AI Act, Art. 5(1)(f)). */
export const purposes = [
  'retail',
  'museum',
  'event',
  'hospitality',
  'transport',
  'research',
  'demo',
] as const;
export type Purpose = (typeof purposes)[number];

export const Site = Type.Object(
  {
    siteId: Type.String({ pattern: idPattern }),
    name: Type.String({ minLength: 1, maxLength: 120 }),
    /** IANA name, for example `Europe/Berlin`. */
    timeZone: Type.String({ minLength: 1, maxLength: 64 }),
    purpose: Type.Enum(purposes),
    /** Empty: always open. */
    openingHours: OpeningHours,
  },
  { additionalProperties: false },
);
export type Site = Static<typeof Site>;
