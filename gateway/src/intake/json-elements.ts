/**
 * The source text of each element of the array at `property` of a JSON object. The text must be valid JSON
 * with such an array (the last one counts, as for `JSON.parse`). So a refused record can be kept byte for
 * byte, which parsing and writing it again would not.
 */
export function elementTexts(json: string, property: string): string[] {
  let array: Span | undefined;
  for (const member of members(json, { start: skipSpace(json, 0), end: json.length })) {
    const key = skipString(json, member.start);
    const value = skipSpace(json, skipSpace(json, key) + 1);
    if (JSON.parse(json.slice(member.start, key)) === property) {
      array = { start: value, end: member.end };
    }
  }
  if (array === undefined) return [];
  return [...members(json, array)].map(({ start, end }) => json.slice(start, end).trimEnd());
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** What stands between the commas of an object or array that begins at `start`. */
function* members(json: string, { start }: Span): Generator<Span> {
  let position = skipSpace(json, start + 1);
  while (json[position] !== ']' && json[position] !== '}') {
    const end = memberEnd(json, position);
    yield { start: position, end };
    if (json[end] !== ',') return;
    position = skipSpace(json, end + 1);
  }
}

/** The comma or bracket that ends the member. */
function memberEnd(json: string, start: number): number {
  let depth = 0;
  for (let position = start; position < json.length;) {
    const character = json[position]!;
    if (character === '"') {
      position = skipString(json, position);
      continue;
    }
    if (character === '[' || character === '{') depth += 1;
    else if (depth === 0 && (character === ',' || character === ']' || character === '}')) {
      return position;
    } else if (character === ']' || character === '}') depth -= 1;
    position += 1;
  }
  return json.length;
}

function skipString(json: string, start: number): number {
  let position = start + 1;
  while (position < json.length && json[position] !== '"') {
    position += json[position] === '\\' ? 2 : 1;
  }
  return position + 1;
}

function skipSpace(json: string, start: number): number {
  let position = start;
  while (' \t\r\n'.includes(json[position] ?? '-')) position += 1;
  return position;
}
