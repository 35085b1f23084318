import type { ErrorCode } from '../kernel/errors.ts';
import type { Json } from './operation.ts';
import { ANY, ASKING, BODY, CLAIMED, FOUND, KEYED, PAYING, refusalResponses, refusalsOf } from './refusals.ts';

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

type Named = readonly [id: string, tag: string, refusals: readonly ErrorCode[]];

/** The id of each operation, by which generated clients name it, its tag, and how it may refuse; an id never changes. */
const OPERATIONS: Readonly<Record<string, Named>> = {
  'post /agent/run': ['runAgent', 'Runs', [...KEYED, ...BODY, ...CLAIMED, ...PAYING, 'tool-failed']],
  'get /sessions': ['listSessions', 'Sessions', KEYED],
  'get /sessions/{sessionId}': ['getSession', 'Sessions', [...KEYED, ...FOUND]],
  'delete /sessions/{sessionId}': ['eraseSession', 'Sessions', [...KEYED, ...FOUND, 'run-conflict']],
  'post /agent/runs': ['submitRun', 'Runs', [...KEYED, ...BODY, ...CLAIMED, 'budget-exceeded', 'unpriced-model']],
  'get /agent/runs': ['listRuns', 'Runs', KEYED],
  'get /agent/runs/{runId}': ['getRun', 'Runs', [...KEYED, ...FOUND]],
  'get /agent/runs/{runId}/trace': ['getRunTrace', 'Runs', [...KEYED, ...FOUND]],
  'get /agent/runs/{runId}/deliveries': ['listRunDeliveries', 'Runs', [...KEYED, ...FOUND]],
  'get /agent/runs/{runId}/events': ['watchRun', 'Runs', [...KEYED, ...FOUND]],
  'post /agent/runs/{runId}/cancel': ['cancelRun', 'Runs', [...KEYED, ...FOUND, 'run-conflict']],
  'post /agent/runs/{runId}/messages': [
    'sendRunMessage',
    'Runs',
    [...KEYED, ...BODY, ...FOUND, 'run-conflict', 'idempotency-key-reused'],
  ],
  'post /agent/runs/{runId}/resume': ['resumeRun', 'Runs', [...KEYED, ...BODY, ...FOUND, 'run-conflict']],
  'post /agent/runs/{runId}/approvals/{toolUseId}': [
    'decideToolCall',
    'Runs',
    [...KEYED, ...BODY, ...FOUND, 'run-conflict'],
  ],
  'post /admin/tenants/{tenantId}/runs/cancel': ['cancelTenantRuns', 'Administration', [...KEYED, ...FOUND]],
  'get /agents': ['listAgents', 'Agents', KEYED],
  'get /caller': ['getCaller', 'Agents', KEYED],
  'post /v1/messages': ['createMessage', 'Gateway', [...KEYED, ...BODY, ...CLAIMED, ...PAYING, ...FOUND]],
  'post /v1/messages/count_tokens': ['countTokens', 'Gateway', [...KEYED, ...BODY, ...ASKING, ...FOUND]],
  'get /v1/models': ['listModels', 'Gateway', [...KEYED, ...ASKING]],
  'get /v1/models/{modelId}': ['getModel', 'Gateway', [...KEYED, ...ASKING, ...FOUND]],
  'get /health': ['getHealth', 'Health', []],
  'get /health/live': ['getLiveness', 'Health', []],
  'get /': ['getFrontPage', 'About', []],
  'get /console': ['getConsole', 'About', []],
  'get /docs': ['getDocs', 'About', []],
  'get /openapi.json': ['getOpenApi', 'About', []],
  'get /admin/tenants': ['listTenants', 'Administration', KEYED],
  'get /admin/tenants/{tenantId}': ['getTenant', 'Administration', [...KEYED, ...FOUND]],
  'put /admin/tenants/{tenantId}': ['putTenant', 'Administration', [...KEYED, ...BODY, 'precondition-failed']],
  'patch /admin/tenants/{tenantId}': [
    'patchTenant',
    'Administration',
    [...KEYED, ...BODY, ...FOUND, 'precondition-failed'],
  ],
  'get /admin/tenants/{tenantId}/keys': ['listKeys', 'Administration', [...KEYED, ...FOUND]],
  'post /admin/tenants/{tenantId}/keys': ['createKey', 'Administration', [...KEYED, ...BODY, ...FOUND]],
  'delete /admin/tenants/{tenantId}/keys/{keyId}': ['revokeKey', 'Administration', [...KEYED, ...FOUND]],
  'get /admin/tenants/{tenantId}/webhook-secret': ['getWebhookSecret', 'Administration', [...KEYED, ...FOUND]],
  'post /admin/tenants/{tenantId}/cache/invalidate': ['invalidateCache', 'Administration', [...KEYED, ...FOUND]],
  'delete /admin/tenants/{tenantId}/users/{userId}': ['eraseUser', 'Administration', [...KEYED, ...FOUND]],
  'get /admin/circuits': ['listCircuits', 'Administration', KEYED],
  'put /admin/circuits/{name}': ['setCircuit', 'Administration', [...KEYED, ...BODY, ...FOUND]],
  'get /admin/rests': ['listRests', 'Administration', KEYED],
  'delete /admin/rests/{name}': ['endRest', 'Administration', [...KEYED, ...FOUND]],
  'get /admin/alarms': ['listAlarms', 'Administration', KEYED],
  'post /admin/alarms/test': ['testAlarms', 'Administration', [...KEYED, 'upstream-error']],
  'get /admin/audit': ['listAudit', 'Administration', KEYED],
  'get /usage': ['getUsage', 'Usage', KEYED],
  'get /usage/calls': ['listGatewayCalls', 'Usage', KEYED],
  'get /usage/budget': ['getBudget', 'Usage', KEYED],
  'get /admin/tenants/{tenantId}/budget': ['getTenantBudget', 'Administration', [...KEYED, ...FOUND]],
  'get /admin/usage': ['getAllUsage', 'Administration', [...KEYED, ...FOUND]],
};

const formOf = (path: string) => (path.startsWith('/v1/') ? 'anthropic' : 'problem');

const requestId: Json = { 'request-id': { $ref: '#/components/headers/RequestId' } };

/** What it answers if nothing is wrong; every answer names its request. */
const answersOf = ({ responses }: Json): Json =>
  Object.fromEntries(
    Object.entries(responses as Readonly<Record<string, Json>>).map(([status, response]) => [
      status,
      { ...response, headers: { ...requestId, ...(response['headers'] as Json | undefined) } },
    ]),
  );

const named = (method: string, path: string, operation: Json): Json => {
  const [operationId, tag, refusals = []] = OPERATIONS[`${method} ${path}`] ?? [];
  const responses = { ...answersOf(operation), ...refusalsOf(formOf(path), [...ANY, ...refusals]) };
  return { ...(operationId !== undefined && { operationId, tags: [tag] }), ...operation, responses };
};

/** The paths with the id, the tag and the refusals of each operation. */
export const namedOperations = (paths: Readonly<Record<string, unknown>>): Json =>
  Object.fromEntries(
    Object.entries(paths).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(item as Readonly<Record<string, Json>>).map(([method, operation]) => [
          method,
          named(method, path, operation),
        ]),
      ),
    ]),
  );

const refusedAs = (form: 'anthropic' | 'problem') =>
  Object.entries(OPERATIONS)
    .filter(([name]) => formOf(name.slice(name.indexOf('/'))) === form)
    .map(([, [, , refusals]]) => [...ANY, ...refusals]);

/** The responses that refusals refer to. */
export const refusals: Json = {
  ...refusalResponses('problem', refusedAs('problem')),
  ...refusalResponses('anthropic', refusedAs('anthropic')),
};
