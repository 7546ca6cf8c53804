import { Info, Problem } from '@emotion-fleet/contracts/api';
import type { ApiApp, ApiContext } from '../../../api-app.ts';

export function registerInfoRoutes(app: ApiApp, { info }: ApiContext): void {
  app.get(
    '/info',
    {
      schema: {
        operationId: 'getInfo',
        summary: 'What this server is, and whether it shows demo data',
        tags: ['server'],
        response: { 200: Info, default: Problem },
      },
    },
    () => info,
  );
}
