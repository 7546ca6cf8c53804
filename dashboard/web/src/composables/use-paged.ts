import { shallowRef, watch, type ShallowRef } from 'vue';
import { useFetched, type Fetched } from './use-fetched.ts';

export const rowsOnPage = 50;

/** Which rows of a list are wanted. */
export interface Asked<Sort extends string = string> {
  /** Words to look for; empty for none. */
  readonly q: string;
  readonly sort: Sort;
  readonly descending: boolean;
  /** From 1. */
  readonly page: number;
}

export interface Paged<Answer, Wanted extends Asked> {
  readonly asked: Readonly<ShallowRef<Wanted>>;
  readonly answer: Fetched<Answer>;
  /** Asks for something else; on its first page unless one is named. */
  readonly ask: (changes: Partial<Wanted>) => void;
}

export interface PagedOptions<Answer, Wanted extends Asked> {
  readonly initial: Wanted;
  readonly load: (asked: Wanted, signal: AbortSignal) => Promise<Answer>;
}

/** One page of a list that stays on the server. */
export function usePaged<Answer extends { readonly total: number }, Wanted extends Asked>({
  initial,
  load,
}: PagedOptions<Answer, Wanted>): Paged<Answer, Wanted> {
  const asked: ShallowRef<Wanted> = shallowRef<Wanted>(initial);
  const answer = useFetched({
    key: () => JSON.stringify(asked.value),
    load: (signal) => load(asked.value, signal),
  });
  const ask = (changes: Partial<Wanted>): void => {
    asked.value = { ...asked.value, page: 1, ...changes };
  };
  // A list that has become shorter has no such page any more.
  watch(answer.data, (list) => {
    const last = Math.max(1, Math.ceil((list?.total ?? 0) / rowsOnPage));
    if (!answer.isStale.value && asked.value.page > last)
      asked.value = { ...asked.value, page: last };
  });
  return { asked, answer, ask };
}

/** As the API takes it; what says nothing is left out. */
export function listQueryOf<Sort extends string>({ q, sort, descending, page }: Asked<Sort>) {
  return {
    limit: rowsOnPage,
    sort,
    ...(page > 1 && { offset: (page - 1) * rowsOnPage }),
    ...(q.trim() !== '' && { q: q.trim() }),
    ...(descending && { descending }),
  };
}
