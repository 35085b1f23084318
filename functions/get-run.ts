import middy from '@middy/core';
import { createSettledSoFar, type FindSettledSoFar } from '../lib/accounts/settled-so-far.ts';
import { type App, app } from '../lib/app/app.ts';
import { runStoresOf } from '../lib/app/runs/run-stores.ts';
import type { UserNames } from '../lib/end-users/names.ts';
import { jsonResponse } from '../lib/http/response/json-response.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { type Authenticated, authenticated } from '../lib/middleware/authenticated.ts';
import { type Observed, observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import type { InboxStore } from '../lib/runs/inbox/inbox.ts';
import { deliveriesView } from '../lib/runs/outbox/delivery.ts';
import type { Outbox } from '../lib/runs/outbox/outbox.ts';
import type { ContentStore } from '../lib/runs/trace/content-store.ts';
import { findRun, namesFor, runView, traceView, wantsUsage } from '../lib/runs/views.ts';
import { attributeStored } from '../lib/telemetry/context/tally-work.ts';

type Parts = ObservedOptions &
  Pick<App, 'authenticator' | 'runs'> & {
    readonly inbox: Pick<InboxStore, 'read'>;
    readonly outbox: Pick<Outbox, 'list'>;
    readonly contents: Pick<ContentStore, 'find'>;
    readonly settledSoFar: FindSettledSoFar;
    readonly findUserNames: UserNames['find'];
  };

/** GET /agent/runs/{runId}, /agent/runs/{runId}/trace and /agent/runs/{runId}/deliveries: a run of the caller's own tenant. */
export const getRun = (parts: Parts) =>
  middy(observed(parts, 'get-run'))
    .use(problemJson())
    .use(allowedMethods('GET'))
    .use(authenticated(parts.authenticator, 'runs:read'))
    .handler(async ({ principal, pathParameters, workContext, ...event }: Observed & Authenticated) => {
      const { queryStringParameters, resource } = event;
      const run = await findRun(parts.runs, principal.tenantId, pathParameters?.['runId'] ?? '');
      attributeStored(workContext, run);
      if (resource.endsWith('/trace')) return jsonResponse(traceView(run, await parts.contents.find(run)));
      if (resource.endsWith('/deliveries')) return jsonResponse(deliveriesView(await parts.outbox.list(run)));
      const asksUsage = wantsUsage(queryStringParameters?.['include']);
      const [inbox, names, soFar] = await Promise.all([
        run.status === 'awaiting_approval' ? parts.inbox.read(run) : null,
        namesFor(run, parts.findUserNames),
        asksUsage ? parts.settledSoFar(run) : null,
      ]);
      return jsonResponse({ ...runView(run, names, inbox?.approvals), ...(soFar !== null && { soFar }) });
    });

const settledSoFar = createSettledSoFar({ ...app, usage: app.core.stores.usage });

const { findUserNames } = app.core;

export const handler = getRun({ ...app, ...runStoresOf(app), settledSoFar, findUserNames });
