import type { AsyncRunRequest } from '../../durable-run/http/async-request.ts';
import type { RunListParts } from '../../durable-run/http/run-list.ts';
import { submittedResponse } from '../../durable-run/http/submitted-response.ts';
import { preferredWaitMs, waitForEnd } from '../../durable-run/http/wait-for-end.ts';
import type { SubmitRun } from '../../durable-run/submit-run.ts';
import { hopsOf } from '../../http/hops.ts';
import { jsonResponse } from '../../http/response/json-response.ts';
import type { Routes } from '../../http/routes.ts';
import { header, type HttpEvent } from '../../http/types.ts';
import type { OwnedClaim } from '../../idempotency/owned-claim.ts';
import { forEndUser } from '../../identity/end-user.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { RunStore } from '../../runs/types.ts';
import { namesFor, runView } from '../../runs/views.ts';
import { attributeWork } from '../../telemetry/context/tally-work.ts';
import type { WorkContext } from '../../telemetry/context/work-context.ts';
import type { Principal } from '../../tenants/types.ts';

export interface RunSubmissionRouteParts extends RunListParts {
  readonly runs: RunListParts['runs'] & RunStore;
  readonly submitRun: SubmitRun;
  readonly clock: Clock;
}

interface Request extends HttpEvent {
  readonly principal: Principal;
  readonly requestId: string;
  readonly traceId: string;
  readonly sampled: boolean;
  readonly workContext?: WorkContext | undefined;
  /** Of a submission. */
  readonly input: AsyncRunRequest;
  readonly claim: Pick<OwnedClaim, 'complete'> | null;
}

/** A submission only writes; the model is called by another function. */
const LIMIT_MS = 5_000;

/** What begins asynchronous runs, and lists those of a tenant. */
export const runSubmissionRoutes = ({
  submitRun,
  runs,
  findUserNames,
  clock,
}: RunSubmissionRouteParts): Routes<Request> => ({
  '/agent/runs': {
    GET: async ({ principal, queryStringParameters }) => {
      // Late: submissions don't list.
      const { listRuns } = await import('../../durable-run/http/run-list.ts');
      return jsonResponse(await listRuns({ runs, findUserNames }, principal.tenantId, queryStringParameters));
    },
    POST: async (event) => {
      const { principal, requestId, traceId, sampled, claim } = event;
      const request = forEndUser(event.input, principal);
      const waitMs = preferredWaitMs(header(event, 'prefer'));
      const idempotencyKey = header(event, 'idempotency-key');
      const traced = { requestId, traceId, sampled };
      const call = { request, principal, ...traced, idempotencyKey, hops: hopsOf(event), limitMs: LIMIT_MS };
      const { run, headers } = await submitRun(call);
      // The line of the request leads to the run, which has no line at most levels until it ends.
      if (event.workContext) event.workContext.runId = run.runId;
      attributeWork(event.workContext, { agent: run.agent, userId: null });
      const response = submittedResponse(run.runId, headers);
      await claim?.complete({ status: 202, body: { runId: run.runId, status: 'queued' }, runId: run.runId }, LIMIT_MS);
      const ended = waitMs === 0 ? null : await waitForEnd({ runs, clock }, run, waitMs);
      if (ended === null) return response;
      const view = runView(ended, await namesFor(ended, findUserNames));
      return { ...jsonResponse(view), headers: { ...response.headers } };
    },
  },
});
