import type { SiteItem, SiteList, SiteListQuery } from '@emotion-fleet/contracts/api';
import type { Listing } from './directory.ts';
import { compareNames, compareNumbers, hasWords, type Orders } from './list-order.ts';
import { pageOf } from './page.ts';

const orders: Orders<SiteItem, NonNullable<SiteListQuery['sort']>> = {
  siteId: undefined,
  name: (a, b) => compareNames(a.name, b.name),
  devicesOk: (a, b) => compareNumbers(shareOk(a), shareOk(b)),
  coverageLastHour: (a, b) => compareNumbers(a.coverageLastHour, b.coverageLastHour),
  visitsLastHour: (a, b) => compareNumbers(a.visitsLastHour, b.visitsLastHour),
};

/** Sites as they are asked for; by id where nothing is said. */
export function listSites({ sites }: Listing, query: SiteListQuery): SiteList {
  const { q = '', sort = 'siteId' } = query;
  const all = [...sites.values()];
  return {
    ...pageOf({
      items: all.filter(({ name, siteId }) => hasWords(q, [name, siteId])),
      idOf: ({ siteId }) => siteId,
      compare: orders[sort],
      query,
    }),
    all: all.length,
  };
}

function shareOk({ devices: { total, ok } }: SiteItem): number | null {
  return total === 0 ? null : ok / total;
}
