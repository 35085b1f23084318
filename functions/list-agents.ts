import middy from '@middy/core';
import { type App, app } from '../lib/app/app.ts';
import { jsonResponse } from '../lib/http/json-response.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { authenticated } from '../lib/middleware/authenticated.ts';
import { observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';

type Parts = ObservedOptions & Pick<App, 'authenticator' | 'catalog'>;

/** GET /agents: the agents of this stage and their tools. */
export const listAgents = (parts: Parts) =>
  middy(observed(parts, 'list-agents'))
    .use(problemJson())
    .use(allowedMethods('GET'))
    .use(authenticated(parts.authenticator, 'runs:write'))
    .handler(async () => jsonResponse({ agents: await parts.catalog.describe() }));

export const handler = listAgents(app);
