import middy from '@middy/core';
import { type App, app } from '../lib/app/app.ts';
import { runStoresOf } from '../lib/app/runs/run-stores.ts';
import { jsonResponse } from '../lib/http/json-response.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { type Authenticated, authenticated } from '../lib/middleware/authenticated.ts';
import { type Observed, observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import type { InboxStore } from '../lib/runs/inbox/inbox.ts';
import { deliveriesView } from '../lib/runs/outbox/delivery.ts';
import type { Outbox } from '../lib/runs/outbox/outbox.ts';
import type { ContentStore } from '../lib/runs/trace/content-store.ts';
import { findRun, runView, traceView } from '../lib/runs/views.ts';

type Parts = ObservedOptions &
  Pick<App, 'authenticator' | 'runs'> & {
    readonly inbox: Pick<InboxStore, 'read'>;
    readonly outbox: Pick<Outbox, 'list'>;
    readonly contents: Pick<ContentStore, 'find'>;
  };

/** GET /agent/runs/{runId}, /agent/runs/{runId}/trace and /agent/runs/{runId}/deliveries: a run of the caller's own tenant. */
export const getRun = (parts: Parts) =>
  middy(observed(parts, 'get-run'))
    .use(problemJson())
    .use(allowedMethods('GET'))
    .use(authenticated(parts.authenticator, 'runs:read'))
    .handler(async ({ principal, pathParameters, resource }: Observed & Authenticated) => {
      const run = await findRun(parts.runs, principal.tenantId, pathParameters?.['runId'] ?? '');
      if (resource.endsWith('/trace')) return jsonResponse(traceView(run, await parts.contents.find(run)));
      if (resource.endsWith('/deliveries')) return jsonResponse(deliveriesView(await parts.outbox.list(run)));
      const inbox = run.status === 'awaiting_approval' ? await parts.inbox.read(run) : null;
      return jsonResponse(runView(run, inbox?.approvals));
    });

export const handler = getRun({ ...app, ...runStoresOf(app) });
