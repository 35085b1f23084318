import type { ControlRun } from '../../durable-run/control-run.ts';
import { decisionSchema, messageSchema, resumeSchema } from '../../durable-run/http/async-request.ts';
import { readSmallBody } from '../../http/read-small-body.ts';
import { jsonResponse } from '../../http/response/json-response.ts';
import type { Routes } from '../../http/routes.ts';
import { header, type HttpEvent } from '../../http/types.ts';
import type { Scope } from '../../kernel/forms/scopes.ts';
import { checkedTenantId } from '../../tenants/tenant-id.ts';
import type { Principal } from '../../tenants/types.ts';

type Request = HttpEvent & { readonly principal: Principal };

const APPROVALS = '/agent/runs/{runId}/approvals/{toolUseId}';
const CANCEL_ALL = '/admin/tenants/{tenantId}/runs/cancel';

const SCOPES: Readonly<Record<string, Scope>> = { [APPROVALS]: 'runs:approve', [CANCEL_ALL]: 'admin' };

/** What a caller needs for one of these routes. */
export const runControlScope = ({ resource }: HttpEvent): Scope => SCOPES[resource] ?? 'runs:write';

const runIn = ({ pathParameters }: HttpEvent): string => pathParameters?.['runId'] ?? '';

/** What people do to runs under way. */
export const runControlRoutes = (controlRun: ControlRun): Routes<Request> => ({
  '/agent/runs/{runId}/cancel': {
    POST: async (event) => {
      const runId = runIn(event);
      await controlRun.cancel(event.principal, runId);
      return jsonResponse({ runId }, 202);
    },
  },
  '/agent/runs/{runId}/messages': {
    POST: async (event) => {
      const message = readSmallBody(event, messageSchema);
      const posted = { ...message, idempotencyKey: header(event, 'idempotency-key') };
      return jsonResponse({ messageId: await controlRun.post(event.principal, runIn(event), posted) }, 202);
    },
  },
  '/agent/runs/{runId}/resume': {
    POST: async (event) => {
      const runId = runIn(event);
      const { maxCostUsd } = event.body ? readSmallBody(event, resumeSchema) : {};
      await controlRun.resume(event.principal, runId, maxCostUsd);
      return jsonResponse({ runId }, 202);
    },
  },
  [CANCEL_ALL]: {
    POST: async (event) => {
      const tenantId = checkedTenantId(event.pathParameters?.['tenantId'] ?? '');
      return jsonResponse({ cancelled: await controlRun.cancelAll(event.principal, tenantId) }, 202);
    },
  },
  [APPROVALS]: {
    POST: async (event) => {
      const decision = readSmallBody(event, decisionSchema);
      const toolUseId = event.pathParameters?.['toolUseId'] ?? '';
      await controlRun.decide(event.principal, runIn(event), toolUseId, decision);
      return { statusCode: 204, headers: { 'cache-control': 'no-store' }, body: '' };
    },
  },
});
