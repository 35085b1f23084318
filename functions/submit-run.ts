import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import { runSubmissionRoutes } from '../lib/api/routes/run-submission-routes.ts';
import { type App, app } from '../lib/app/app.ts';
import { type RunSubmission, runSubmissionOf } from '../lib/app/runs/run-submission.ts';
import { type AsyncRunRequest, asyncRunSchema } from '../lib/durable-run/http/async-request.ts';
import { replaySubmission } from '../lib/durable-run/http/submitted-response.ts';
import type { HttpEvent } from '../lib/http/types.ts';
import { attributed } from '../lib/middleware/attributed.ts';
import { type Authenticated, authenticated } from '../lib/middleware/authenticated.ts';
import { boundedHops } from '../lib/middleware/bounded-hops.ts';
import { idempotent } from '../lib/middleware/idempotent.ts';
import { type Observed, observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { onlyFor } from '../lib/middleware/only-for.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { answered, routed } from '../lib/middleware/routed.ts';
import { type Validated, validatedBody } from '../lib/middleware/validated-body.ts';
import { askedAgent } from '../lib/run/catalog.ts';

type Event = Observed & Authenticated & Validated<AsyncRunRequest>;
type Parts = ObservedOptions & Pick<App, 'authenticator' | 'config' | 'idempotency'> & RunSubmission;

/**
 * A submission that was killed keeps its key for so long. Shorter than others need: two that work under one key put down the
 * same run.
 */
const LOCK_MS = 10_000;

const isSubmission = ({ httpMethod }: HttpEvent): boolean => httpMethod === 'POST';

/**
 * POST and GET /agent/runs: submits an asynchronous run, and lists the tenant's runs. An answer is one piece, but it is
 * streamed: API Gateway gives up on any other after 29 s, and a submission may wait for its run for a minute.
 */
export const submitRun = (parts: Parts) =>
  middy({ ...observed(parts, 'submit-run'), executionMode: executionModeStreamifyResponse })
    .use(problemJson())
    .use(routed(runSubmissionRoutes(parts)))
    .use(boundedHops(parts.config.MAX_HOPS))
    .use(authenticated(parts.authenticator, (event) => (isSubmission(event) ? 'runs:write' : 'runs:read')))
    .use(onlyFor(isSubmission, validatedBody(asyncRunSchema)))
    .use(
      onlyFor(
        isSubmission,
        attributed(({ input }: Event) => ({ agent: askedAgent(parts.catalog, input), userId: input.userId })),
      ),
    )
    .use(
      onlyFor(
        isSubmission,
        idempotent(parts.idempotency, replaySubmission, () => ({ lockMs: LOCK_MS })),
      ),
    )
    .handler(answered);

export const handler = submitRun({ ...app, ...runSubmissionOf(app) });
