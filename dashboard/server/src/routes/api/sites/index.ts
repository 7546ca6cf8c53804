import { SiteHealth, SiteItem, SiteList, SiteListQuery } from '@emotion-fleet/contracts/api';
import type { ApiApp, ApiContext } from '../../../api-app.ts';
import { readSiteHealth } from '../../../queries/health.ts';
import { listSites } from '../../../queries/site-list.ts';
import { SiteParams } from '../params.ts';
import { problemAnswer } from '../problem-answer.ts';

export function registerSiteRoutes(app: ApiApp, { tools, fleets }: ApiContext): void {
  app.get(
    '/sites',
    {
      schema: {
        operationId: 'listSites',
        summary: 'Sites, with how many of their cameras are well',
        tags: ['site'],
        querystring: SiteListQuery,
        response: { 200: SiteList, default: problemAnswer },
      },
    },
    async ({ query }) => listSites(await tools.directory.read(await fleets.load()), query),
  );
  app.get(
    '/sites/:siteId',
    {
      schema: {
        operationId: 'getSite',
        summary: 'One site, as in the list',
        tags: ['site'],
        params: SiteParams,
        response: { 200: SiteItem, default: problemAnswer },
      },
    },
    async ({ params: { siteId } }) => {
      const fleet = await fleets.load();
      fleet.requireSite(siteId);
      return (await tools.directory.read(fleet)).sites.get(siteId)!;
    },
  );
  app.get(
    '/sites/:siteId/health',
    {
      schema: {
        operationId: 'getSiteHealth',
        summary: 'The state of each camera of a site, and why',
        tags: ['site'],
        params: SiteParams,
        response: { 200: SiteHealth, default: problemAnswer },
      },
    },
    async ({ params }) => readSiteHealth(tools, await fleets.load(), params.siteId),
  );
}
