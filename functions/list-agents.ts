import middy from '@middy/core';
import { callerView } from '../lib/api/caller.ts';
import { type App, app } from '../lib/app/app.ts';
import { jsonResponse } from '../lib/http/response/json-response.ts';
import { type Authenticated, authenticated } from '../lib/middleware/authenticated.ts';
import { observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { answered, routed } from '../lib/middleware/routed.ts';
import type { Reader } from '../lib/run/describe-agent.ts';
import type { Principal } from '../lib/tenants/types.ts';

const readerOf = ({ scopes }: Principal): Reader => (scopes.includes('admin') ? 'administrator' : 'caller');

type Parts = ObservedOptions & Pick<App, 'authenticator' | 'catalog'>;

/**
 * GET /agents: the agents of this stage and their tools, to administrators with prompts and endpoints. GET /caller: who asks,
 * which takes no scope to know.
 */
export const listAgents = (parts: Parts) =>
  middy(observed(parts, 'list-agents'))
    .use(problemJson())
    .use(
      routed<Authenticated>({
        '/agents': {
          GET: async ({ principal }) => jsonResponse({ agents: await parts.catalog.describe(readerOf(principal)) }),
        },
        '/caller': { GET: ({ principal }) => jsonResponse(callerView(principal)) },
      }),
    )
    .use(
      authenticated(parts.authenticator, ({ resource }) => (resource === '/caller' ? null : ['runs:write', 'admin'])),
    )
    .handler(answered);

export const handler = listAgents(app);
