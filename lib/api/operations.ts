import type { Json } from './operation.ts';

/** What operations are grouped by, in the order in which a reader wants them. */
export const TAGS: Readonly<Record<string, string>> = {
  Runs: 'An agent works on a task: while the caller waits, or by itself',
  Sessions: 'Conversations that the server keeps',
  Agents: 'Who can be asked, and who asks',
  Gateway: 'The Anthropic API, for its unmodified clients',
  Usage: 'What was used, and what is left',
  Administration: 'Tenants, keys, circuits and rests; needs the scope `admin`',
  Health: 'Whether it works',
  About: 'This API and its pages',
};

/** The id of each operation, by which generated clients name it, and its tag; an id never changes. */
const OPERATIONS: Readonly<Record<string, readonly [id: string, tag: string]>> = {
  'post /agent/run': ['runAgent', 'Runs'],
  'get /sessions': ['listSessions', 'Sessions'],
  'get /sessions/{sessionId}': ['getSession', 'Sessions'],
  'delete /sessions/{sessionId}': ['eraseSession', 'Sessions'],
  'post /agent/runs': ['submitRun', 'Runs'],
  'get /agent/runs': ['listRuns', 'Runs'],
  'get /agent/runs/{runId}': ['getRun', 'Runs'],
  'get /agent/runs/{runId}/trace': ['getRunTrace', 'Runs'],
  'get /agent/runs/{runId}/deliveries': ['listRunDeliveries', 'Runs'],
  'get /agent/runs/{runId}/events': ['watchRun', 'Runs'],
  'post /agent/runs/{runId}/cancel': ['cancelRun', 'Runs'],
  'post /agent/runs/{runId}/messages': ['sendRunMessage', 'Runs'],
  'post /agent/runs/{runId}/resume': ['resumeRun', 'Runs'],
  'post /agent/runs/{runId}/approvals/{toolUseId}': ['decideToolCall', 'Runs'],
  'post /admin/tenants/{tenantId}/runs/cancel': ['cancelTenantRuns', 'Administration'],
  'get /agents': ['listAgents', 'Agents'],
  'get /caller': ['getCaller', 'Agents'],
  'post /v1/messages': ['createMessage', 'Gateway'],
  'post /v1/messages/count_tokens': ['countTokens', 'Gateway'],
  'get /v1/models': ['listModels', 'Gateway'],
  'get /v1/models/{modelId}': ['getModel', 'Gateway'],
  'get /health': ['getHealth', 'Health'],
  'get /health/live': ['getLiveness', 'Health'],
  'get /': ['getFrontPage', 'About'],
  'get /console': ['getConsole', 'About'],
  'get /docs': ['getDocs', 'About'],
  'get /openapi.json': ['getOpenApi', 'About'],
  'get /admin/tenants': ['listTenants', 'Administration'],
  'get /admin/tenants/{tenantId}': ['getTenant', 'Administration'],
  'put /admin/tenants/{tenantId}': ['putTenant', 'Administration'],
  'patch /admin/tenants/{tenantId}': ['patchTenant', 'Administration'],
  'get /admin/tenants/{tenantId}/keys': ['listKeys', 'Administration'],
  'post /admin/tenants/{tenantId}/keys': ['createKey', 'Administration'],
  'delete /admin/tenants/{tenantId}/keys/{keyId}': ['revokeKey', 'Administration'],
  'get /admin/tenants/{tenantId}/webhook-secret': ['getWebhookSecret', 'Administration'],
  'post /admin/tenants/{tenantId}/cache/invalidate': ['invalidateCache', 'Administration'],
  'delete /admin/tenants/{tenantId}/users/{userId}': ['eraseUser', 'Administration'],
  'get /admin/circuits': ['listCircuits', 'Administration'],
  'put /admin/circuits/{name}': ['setCircuit', 'Administration'],
  'get /admin/rests': ['listRests', 'Administration'],
  'delete /admin/rests/{name}': ['endRest', 'Administration'],
  'get /admin/audit': ['listAudit', 'Administration'],
  'get /usage': ['getUsage', 'Usage'],
  'get /usage/budget': ['getBudget', 'Usage'],
  'get /admin/tenants/{tenantId}/budget': ['getTenantBudget', 'Administration'],
  'get /admin/usage': ['getAllUsage', 'Administration'],
};

const named = (name: string, operation: Json): Json => {
  const [operationId, tag] = OPERATIONS[name] ?? [];
  return { ...(operationId !== undefined && { operationId, tags: [tag] }), ...operation };
};

/** The paths with the id and the tag of each operation. */
export const namedOperations = (paths: Readonly<Record<string, unknown>>): Json =>
  Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item as Readonly<Record<string, Json>>).map(([method, operation]) => [
          method,
          named(`${method} ${path}`, operation),
        ]),
      ),
    ]),
  );
