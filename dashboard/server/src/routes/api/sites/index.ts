import { PageQuery, SiteHealth, SiteList } from '@emotion-fleet/contracts/api';
import type { ApiApp, ApiContext } from '../../../api-app.ts';
import { FleetMap } from '../../../queries/fleet-map.ts';
import { readSiteHealth } from '../../../queries/health.ts';
import { readSiteList } from '../../../queries/site-list.ts';
import { SiteParams } from '../params.ts';
import { problemAnswer } from '../problem-answer.ts';

export function registerSiteRoutes(app: ApiApp, { tools, registry }: ApiContext): void {
  app.get(
    '/sites',
    {
      schema: {
        operationId: 'listSites',
        summary: 'Sites by id, with how many of their cameras are well',
        tags: ['site'],
        querystring: PageQuery,
        response: { 200: SiteList, default: problemAnswer },
      },
    },
    async ({ query }) => readSiteList(tools, await FleetMap.load(registry), query),
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
    async ({ params }) => readSiteHealth(tools, await FleetMap.load(registry), params.siteId),
  );
}
