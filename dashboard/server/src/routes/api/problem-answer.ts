import { Problem } from '@emotion-fleet/contracts/api';

/** Any answer but 200, as the OpenAPI document describes it. */
export const problemAnswer = {
  description: 'A problem (RFC 9457) with a stable `code`',
  content: { 'application/problem+json': { schema: Problem } },
} as const;
