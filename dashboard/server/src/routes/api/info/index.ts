import { Info } from '@emotion-fleet/contracts/api';
import type { ApiApp, ApiContext } from '../../../api-app.ts';
import { problemAnswer } from '../problem-answer.ts';

export function registerInfoRoutes(app: ApiApp, { info }: ApiContext): void {
  app.get(
    '/info',
    {
      schema: {
        operationId: 'getInfo',
        summary: 'What this server is, and whether it shows demo data',
        tags: ['server'],
        response: { 200: Info, default: problemAnswer },
      },
    },
    () => info,
  );
}
