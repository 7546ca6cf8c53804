import { ApiError } from '../api-error.ts';

const defaultLimit = 200;

export interface PageQuery {
  readonly limit?: number;
  readonly after?: string;
  readonly offset?: number;
  readonly descending?: boolean;
}

export interface PageOptions<Item> {
  /** Those that match, in any order. */
  readonly items: readonly Item[];
  readonly idOf: (item: Item) => string;
  /** The order that is asked for; by id where there is none, and where it says that two are equal. */
  readonly compare: ((a: Item, b: Item) => number) | undefined;
  readonly query: PageQuery;
}

export interface Page<Item> {
  readonly items: Item[];
  /** The id after which the next page begins; in the order of ids alone. */
  readonly next: string | null;
  readonly total: number;
}

/**
 * One page of a list.
 *
 * @throws ApiError `bad_parameter` for `after` in another order than that of ids
 */
export function pageOf<Item>({ items, idOf, compare, query }: PageOptions<Item>): Page<Item> {
  const { limit = defaultLimit, after, offset = 0, descending = false } = query;
  const isById = compare === undefined && !descending;
  if (after !== undefined && !isById) {
    throw new ApiError(
      'bad_parameter',
      'Query parameter "after" goes with ascending ids alone; use "offset".',
    );
  }
  const byId = (a: Item, b: Item): number => (idOf(a) < idOf(b) ? -1 : 1);
  const sign = descending ? -1 : 1;
  const sorted = items.toSorted(
    compare === undefined
      ? (a, b) => sign * byId(a, b)
      : (a, b) => sign * compare(a, b) || byId(a, b),
  );
  const rest = after === undefined ? sorted : sorted.filter((item) => idOf(item) > after);
  const page = rest.slice(offset, offset + limit);
  const last = page.at(-1);
  const hasMore = rest.length > offset + limit;
  return {
    items: page,
    next: isById && hasMore && last !== undefined ? idOf(last) : null,
    total: items.length,
  };
}
