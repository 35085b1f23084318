import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import { type App, app } from '../lib/app/app.ts';
import { startNextOf } from '../lib/app/runs/start-next.ts';
import { wantsEvents } from '../lib/http/event-stream.ts';
import { hopsOf } from '../lib/http/hops.ts';
import { ANSWER_WITHIN_MS } from '../lib/http/run-limits.ts';
import { header } from '../lib/http/types.ts';
import { forEndUser } from '../lib/identity/end-user.ts';
import { STORAGE_GRACE_MS } from '../lib/kernel/deadline.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { type Authenticated, authenticated } from '../lib/middleware/authenticated.ts';
import { boundedHops } from '../lib/middleware/bounded-hops.ts';
import { type Bounded, boundedWork } from '../lib/middleware/bounded-work.ts';
import { type Claimed, type ClaimLimits, idempotent } from '../lib/middleware/idempotent.ts';
import { loadedSecret } from '../lib/middleware/loaded-secret.ts';
import { type Observed, observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { type Validated, validatedBody } from '../lib/middleware/validated-body.ts';
import { replayRun } from '../lib/run/http/replay-run.ts';
import { runAsEvents } from '../lib/run/http/run-events.ts';
import { runAsJson } from '../lib/run/http/run-json.ts';
import { type RunRequest, runRequestSchema } from '../lib/run/run-request.ts';
import type { StartNext } from '../lib/run/sessions/pass-on.ts';
import type { Secret } from '../lib/secrets/loader.ts';

type Event = Observed & Authenticated & Validated<RunRequest> & Claimed & Bounded;
type Parts = ObservedOptions &
  Pick<App, 'authenticator' | 'config' | 'idempotency' | 'runSync'> & {
    readonly anthropicKey: Pick<Secret, 'get'>;
    readonly startNext?: StartNext;
  };

/** A run may take so long from its request's arrival on. */
const timeoutMs = ({ RUN_TIMEOUT_MS }: App['config'], event: Event): number => {
  const longestMs = wantsEvents(header(event, 'accept')) ? RUN_TIMEOUT_MS : Math.min(RUN_TIMEOUT_MS, ANSWER_WITHIN_MS);
  return Math.min(event.input.timeoutMs ?? longestMs, longestMs);
};

/** A run that may take a second does not wait longer for its claim either. */
const claimLimits = ({ config, clock }: Parts, event: Event): ClaimLimits => {
  const leftMs = timeoutMs(config, event) - (clock.monotonicMs() - event.startedMs);
  return { withinMs: Math.max(0, leftMs) + STORAGE_GRACE_MS };
};

/** POST /agent/run: one synchronous run, as JSON or as events. */
export const runAgent = (parts: Parts) =>
  middy({ ...observed(parts, 'run-agent'), executionMode: executionModeStreamifyResponse })
    .use(problemJson())
    .use(allowedMethods('POST'))
    .use(boundedHops(parts.config.MAX_HOPS))
    .use(authenticated(parts.authenticator, 'runs:write'))
    .use(validatedBody(runRequestSchema(parts.config.RUN_TIMEOUT_MS)))
    .use(idempotent(parts.idempotency, replayRun(parts.clock), (event) => claimLimits(parts, event as Event)))
    .use(loadedSecret(parts.anthropicKey))
    .use(boundedWork(parts.clock, (event: Event) => timeoutMs(parts.config, event)))
    .handler((event: Event) => {
      const { input, principal, requestId, traceId, claim, waitUntil, limitMs, signal, ending } = event;
      const request = forEndUser(input, principal);
      const known = { request, principal, requestId, traceId, claim, waitUntil, hops: hopsOf(event) };
      const call = { ...known, limitMs, signal, startNext: parts.startNext };
      const failed = (error: unknown) => (ending.failure = error);
      return wantsEvents(header(event, 'accept'))
        ? runAsEvents((stream) => parts.runSync({ ...call, stream }), { clock: parts.clock, requestId, failed })
        : runAsJson((stream) => parts.runSync({ ...call, stream }));
    });

export const handler = runAgent({ ...app, ...startNextOf(app) });
