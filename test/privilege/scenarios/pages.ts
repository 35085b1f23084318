import type { Stage } from '../stage.ts';

/** What needs no credential: pages, and the description of the API. */
export const pages = async ({ ask }: Stage): Promise<void> => {
  for (const path of ['/', '/openapi.json', '/console', '/docs', '/health/live']) await ask('', `GET ${path}`);
};
