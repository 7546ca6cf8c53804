/** By what a list can be ordered; undefined is by id. */
export type Orders<Item, Name extends string> = Readonly<
  Record<Name, ((a: Item, b: Item) => number) | undefined>
>;

/** `Camera 9` comes before `Camera 10`. */
const collator = new Intl.Collator('en', { numeric: true });
export const compareNames = (a: string, b: string): number => collator.compare(a, b);

/** Numbers that may be missing, or held back; those come first. */
export function compareNumbers(a: number | null, b: number | null): number {
  return (a ?? -1) - (b ?? -1);
}

/** True where each word of `q` stands in one of the texts, in whatever case. */
export function hasWords(q: string, texts: readonly string[]): boolean {
  const words = q.toLowerCase().split(/\s+/);
  return words.every((word) => texts.some((text) => text.toLowerCase().includes(word)));
}
