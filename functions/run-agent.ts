import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import { type App, app } from '../lib/app/app.ts';
import { startNextOf } from '../lib/app/runs/start-next.ts';
import { hopsOf } from '../lib/http/hops.ts';
import { wantsEvents } from '../lib/http/response/event-stream.ts';
import { header } from '../lib/http/types.ts';
import { forEndUser } from '../lib/identity/end-user.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { attributed } from '../lib/middleware/attributed.ts';
import { type Authenticated, authenticated } from '../lib/middleware/authenticated.ts';
import { boundedHops } from '../lib/middleware/bounded-hops.ts';
import { type Bounded, boundedWork } from '../lib/middleware/bounded-work.ts';
import { type Claimed, idempotent } from '../lib/middleware/idempotent.ts';
import { loadedSecret } from '../lib/middleware/loaded-secret.ts';
import { type Observed, observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { type Validated, validatedBody } from '../lib/middleware/validated-body.ts';
import { askedAgent, type Catalog } from '../lib/run/catalog.ts';
import { replayRun } from '../lib/run/http/replay-run.ts';
import { runAsEvents } from '../lib/run/http/run-events.ts';
import { runAsJson } from '../lib/run/http/run-json.ts';
import { claimWaitMs, runTimeoutMs } from '../lib/run/http/run-times.ts';
import { shownTools } from '../lib/run/http/shown-tools.ts';
import { type RunRequest, runRequestSchema } from '../lib/run/run-request.ts';
import type { StartNext } from '../lib/run/sessions/pass-on.ts';
import type { Secret } from '../lib/secrets/loader.ts';

type Event = Observed & Authenticated & Validated<RunRequest> & Claimed & Bounded;
type Parts = ObservedOptions &
  Pick<App, 'authenticator' | 'config' | 'idempotency' | 'runSync'> & {
    readonly catalog: Pick<Catalog, 'lookUp'>;
    readonly anthropicKey: Pick<Secret, 'get'>;
    readonly startNext?: StartNext;
  };

/** POST /agent/run: one synchronous run, as JSON or as events. */
export const runAgent = (parts: Parts) => {
  const { config, clock } = parts;
  const streams = (event: Event) => wantsEvents(header(event, 'accept'));
  const timeoutMs = (event: Event) => runTimeoutMs(event.input.timeoutMs, config.RUN_TIMEOUT_MS, streams(event));
  const withinMs = (event: Event) => claimWaitMs(timeoutMs(event), clock.monotonicMs() - event.startedMs);
  return middy({ ...observed(parts, 'run-agent'), executionMode: executionModeStreamifyResponse })
    .use(problemJson())
    .use(allowedMethods('POST'))
    .use(boundedHops(config.MAX_HOPS))
    .use(authenticated(parts.authenticator, 'runs:write'))
    .use(validatedBody(runRequestSchema(config.RUN_TIMEOUT_MS)))
    .use(attributed(({ input }: Event) => ({ agent: askedAgent(parts.catalog, input), userId: input.userId })))
    .use(idempotent(parts.idempotency, replayRun(clock), (event) => ({ withinMs: withinMs(event as Event) })))
    .use(loadedSecret(parts.anthropicKey))
    .use(boundedWork(parts, timeoutMs))
    .handler(async (event: Event) => {
      const { input, principal, requestId, traceId, claim, waitUntil, limitMs, signal, ending } = event;
      const request = forEndUser(input, principal);
      const known = { request, principal, requestId, traceId, claim, waitUntil, hops: hopsOf(event) };
      const call = { ...known, limitMs, signal, startNext: parts.startNext };
      const failed = (error: unknown) => (ending.failure = error);
      if (!streams(event)) return runAsJson((stream) => parts.runSync({ ...call, stream }));
      const showTool = await shownTools(header(event, 'prefer'), config);
      return runAsEvents((stream) => parts.runSync({ ...call, stream }), { clock, requestId, failed, showTool });
    });
};

export const handler = runAgent({ ...app, ...startNextOf(app) });
