import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import { type App, app } from '../lib/app/app.ts';
import { runStoresOf } from '../lib/app/runs/run-stores.ts';
import { createWatchRun, type WatchRun } from '../lib/durable-run/watch-run.ts';
import { watchStart } from '../lib/durable-run/watch-start.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { type Authenticated, authenticated } from '../lib/middleware/authenticated.ts';
import { type Bounded, boundedWork } from '../lib/middleware/bounded-work.ts';
import { type Observed, observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { findRun } from '../lib/runs/views.ts';
import { attributeStored } from '../lib/telemetry/context/tally-work.ts';

type Parts = ObservedOptions &
  Pick<App, 'authenticator' | 'config' | 'runs'> & {
    readonly watchRun: WatchRun;
  };

/** GET /agent/runs/{runId}/events: a run of the caller's own tenant, as events, while it goes on. */
export const runEvents = (parts: Parts) =>
  middy({ ...observed(parts, 'run-events'), executionMode: executionModeStreamifyResponse })
    .use(problemJson())
    .use(allowedMethods('GET'))
    .use(authenticated(parts.authenticator, 'runs:read'))
    .use(boundedWork(parts, () => parts.config.STREAM_TIMEOUT_MS))
    .handler(async (event: Observed & Authenticated & Bounded) => {
      const start = watchStart(event);
      const row = await findRun(parts.runs, event.principal.tenantId, event.pathParameters?.['runId'] ?? '');
      attributeStored(event.workContext, row);
      const { limitMs, signal } = event;
      const answer = await parts.watchRun(row, { start, limitMs, signal });
      // Its body begins to watch when it is read.
      return event.isHead ? { ...answer, body: '' } : answer;
    });

const { eventLog: log } = runStoresOf(app);
export const handler = runEvents({ ...app, watchRun: createWatchRun({ ...app, log }) });
