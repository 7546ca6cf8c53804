import { Type } from 'typebox';

export const profiles = ['embedded', 'distributed'] as const;
export type Profile = (typeof profiles)[number];

/** One code base, two sets of adapters: SQLite files of one machine, or Kafka and Cassandra. */
export const profileSettings = {
  profile: Type.Enum(profiles, { default: 'embedded' }),
  /** The files of the embedded profile. */
  dataDirectory: Type.Optional(Type.String({ minLength: 1 })),
};

/** Settings that a profile can't do without. */
export type ProfileNeeds = Readonly<Record<Profile, readonly string[]>>;

/** `a:1, b:2` as a list. */
export function splitList(text = ''): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
