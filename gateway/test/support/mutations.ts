import { goldenBatch } from './messages.ts';

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const strangeValues: readonly Json[] = [
  null,
  true,
  -1,
  0.5,
  2 ** 53,
  -(2 ** 63),
  1e308,
  '',
  'happy\u0000',
  '\ud800',
  '__proto__',
  [],
  {},
  [[[]]],
  { toString: null, constructor: 1, length: -1 },
];

const batch = goldenBatch() as unknown as Json;
const golden = Buffer.from(JSON.stringify(batch));

/** One of many ways to spoil the payload of a golden batch. */
export function mutatedPayload(random: () => number): Buffer {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const at = () => Math.floor(random() * golden.length);
  switch (Math.floor(random() * 10)) {
    case 0: {
      const flipped = Buffer.from(golden);
      for (let count = 1 + Math.floor(random() * 8); count > 0; count--) {
        flipped[at()]! ^= 1 << Math.floor(random() * 8);
      }
      return flipped;
    }
    case 1:
      return golden.subarray(0, at());
    case 2: {
      const hole = at();
      return Buffer.concat([golden.subarray(0, hole), golden.subarray(hole + 1 + (at() % 40))]);
    }
    case 3: {
      const place = at();
      const invalid = pick([[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]);
      return Buffer.concat([
        golden.subarray(0, place),
        Buffer.from(invalid),
        golden.subarray(place),
      ]);
    }
    case 4:
      return nested(1 + Math.floor(random() * 12_000), pick(['[', '{"a":']));
    case 5:
      return Buffer.from(
        golden
          .toString()
          .replace(/\d{3,}/g, (digits) => (random() < 0.2 ? `${digits}e400` : digits)),
      );
    case 6:
      return Buffer.from(JSON.stringify(withRecord(batch, random, pick(strangeValues))));
    case 7:
      return Buffer.from(JSON.stringify(withRecord(batch, random, deepRecord(random))));
    default:
      return Buffer.from(JSON.stringify(swapped(batch, random, pick)));
  }
}

function nested(depth: number, opening: string): Buffer {
  const closing = opening === '[' ? ']' : '}';
  return Buffer.from(`{"schema":1,"records":[${opening.repeat(depth)}1${closing.repeat(depth)}]}`);
}

function deepRecord(random: () => number): Json {
  let value: Json = 1;
  for (let depth = Math.floor(random() * 500); depth > 0; depth--)
    value = { kind: 'sample', value };
  return value;
}

function withRecord(batch: Json, random: () => number, record: Json): Json {
  const records = [...(batch as { records: Json[] }).records];
  records[Math.floor(random() * records.length)] = record;
  return { schema: 1, records };
}

/** Replaces one value somewhere in the tree by a strange one, or removes or doubles a property. */
function swapped(tree: Json, random: () => number, pick: <T>(from: readonly T[]) => T): Json {
  if (typeof tree !== 'object' || tree === null || random() < 0.1) return pick(strangeValues);
  if (Array.isArray(tree)) {
    const index = Math.floor(random() * tree.length);
    return tree.map((value, place) => (place === index ? swapped(value, random, pick) : value));
  }
  const key = pick(Object.keys(tree));
  const { [key]: value, ...rest } = tree;
  const dice = random();
  if (dice < 0.15) return rest;
  if (dice < 0.3) return { ...tree, [`${key}_`]: value! };
  return { ...tree, [key]: swapped(value!, random, pick) };
}
