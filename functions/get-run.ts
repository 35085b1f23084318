import middy from '@middy/core';
import { type App, app } from '../lib/app/app.ts';
import { jsonResponse } from '../lib/http/json-response.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { type Authenticated, authenticated } from '../lib/middleware/authenticated.ts';
import { type Observed, observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { findRun, runView, traceView } from '../lib/runs/views.ts';

type Parts = ObservedOptions & Pick<App, 'authenticator' | 'runs'>;

/** GET /agent/runs/{runId} and /agent/runs/{runId}/trace: a run of the caller's own tenant. */
export const getRun = (parts: Parts) =>
  middy(observed(parts, 'get-run'))
    .use(problemJson())
    .use(allowedMethods('GET'))
    .use(authenticated(parts.authenticator, 'runs:read'))
    .handler(async ({ principal, pathParameters, path }: Observed & Authenticated) => {
      const run = await findRun(parts.runs, principal.tenantId, pathParameters?.['runId'] ?? '');
      return jsonResponse(path.endsWith('/trace') ? traceView(run) : runView(run));
    });

export const handler = getRun(app);
