import type { PageQuery } from '@emotion-fleet/contracts/api';

const defaultLimit = 200;

/** One page of things that are ordered by id; `next` is the id after which the next page begins. */
export function pageOf<Item>(options: {
  readonly items: readonly Item[];
  readonly idOf: (item: Item) => string;
  readonly query: PageQuery;
}): { readonly page: Item[]; readonly next: string | null } {
  const { items, idOf, query } = options;
  const { limit = defaultLimit, after = '' } = query;
  const rest = items
    .filter((item) => idOf(item) > after)
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return { page, next: rest.length > limit && last !== undefined ? idOf(last) : null };
}
