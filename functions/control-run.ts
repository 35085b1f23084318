import middy from '@middy/core';
import { runControlRoutes, runControlScope } from '../lib/api/routes/run-control-routes.ts';
import { type App, app } from '../lib/app/app.ts';
import { controlRunOf } from '../lib/app/runs/run-control.ts';
import type { ControlRun } from '../lib/durable-run/control-run.ts';
import { authenticated } from '../lib/middleware/authenticated.ts';
import { observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { answered, routed } from '../lib/middleware/routed.ts';

type Parts = ObservedOptions & Pick<App, 'authenticator'> & { readonly controlRun: ControlRun };

/**
 * What people do to runs under way: POST /agent/runs/{runId}/cancel, /messages, /resume and /approvals/{toolUseId}, and
 * /admin/tenants/{tenantId}/runs/cancel.
 */
export const controlRun = (parts: Parts) =>
  middy(observed(parts, 'control-run'))
    .use(problemJson())
    .use(routed(runControlRoutes(parts.controlRun)))
    .use(authenticated(parts.authenticator, runControlScope))
    .handler(answered);

export const handler = controlRun({ ...app, controlRun: controlRunOf(app) });
