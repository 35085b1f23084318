import { answerHeader, inPath, inQuery, type Json, ok, requestBody } from '../operation.ts';

const tenantId = inPath('tenantId');
/** The ETag of the tenant that the change is of; another is 412. */
const ifMatch: Json = { name: 'If-Match', in: 'header', required: false, schema: { type: 'string' } };
const tenant = (description: string): Json => ok(description, 'Tenant', 200, answerHeader('etag', 'ETag'));
const page = (fallback: number, maximum: number): Json[] => [
  inQuery('limit', { type: 'integer', minimum: 1, maximum, default: fallback }),
  inQuery('cursor', { type: 'string' }),
];

/** The operations of `functions/admin.ts`, which need the scope `admin`. */
export const adminPaths: Json = {
  '/admin/tenants': {
    get: { summary: 'The tenants, by their ids', parameters: page(100, 1_000), responses: ok('A page', 'Tenants') },
  },
  '/admin/tenants/{tenantId}': {
    get: { summary: 'A tenant', parameters: [tenantId], responses: tenant('The tenant') },
    put: {
      summary: 'Create a tenant, or replace all its settings',
      parameters: [tenantId, ifMatch],
      requestBody: requestBody('TenantSettings'),
      responses: tenant('The tenant as it is now'),
    },
    patch: {
      summary: 'Change the settings of a tenant that are named, and no others',
      parameters: [tenantId, ifMatch],
      requestBody: requestBody('TenantSettings'),
      responses: tenant('The tenant as it is now'),
    },
  },
  '/admin/tenants/{tenantId}/keys': {
    get: { summary: 'The keys of a tenant', parameters: [tenantId], responses: ok('Without secrets', 'ApiKeys') },
    post: {
      summary: 'Create a key, which is shown this once',
      parameters: [tenantId],
      requestBody: requestBody('KeyRequest'),
      responses: ok('The key', 'IssuedApiKey', 201),
    },
  },
  '/admin/tenants/{tenantId}/keys/{keyId}': {
    delete: {
      summary: 'Revoke a key',
      parameters: [tenantId, inPath('keyId')],
      responses: { '204': { description: 'Revoked' } },
    },
  },
  '/admin/tenants/{tenantId}/users/{userId}': {
    delete: {
      summary: 'Erase what an end user wrote and was told; the books keep the amounts under a pseudonym',
      parameters: [tenantId, inPath('userId')],
      responses: ok('Begun; it goes on by itself', 'BegunErasure', 202),
    },
  },
  '/admin/tenants/{tenantId}/webhook-secret': {
    get: {
      summary: 'What the receivers of a tenant verify webhooks with; who has seen it is audited',
      parameters: [tenantId],
      responses: ok('The secret, and the one before while it is being rotated', 'WebhookSecret'),
    },
  },
  '/admin/tenants/{tenantId}/cache/invalidate': {
    post: {
      summary: 'Make every cached answer of a tenant stale',
      parameters: [tenantId],
      responses: ok('Done', 'InvalidatedCache', 202),
    },
  },
  '/admin/circuits': {
    get: { summary: 'The circuits that failed or were set recently', responses: ok('The circuits', 'Circuits') },
  },
  '/admin/circuits/{name}': {
    put: {
      summary: 'Close or isolate a circuit; slashes in its name may be encoded or not',
      parameters: [inPath('name')],
      requestBody: requestBody('CircuitRequest'),
      responses: ok('The circuit as it is now', 'Circuit'),
    },
  },
  '/admin/rests': {
    get: { summary: "The provider's rate limits that are being waited out", responses: ok('The rests', 'Rests') },
  },
  '/admin/rests/{name}': {
    delete: {
      summary: 'End a rest; slashes in its name may be encoded or not',
      parameters: [inPath('name')],
      responses: { '204': { description: 'Over, for every process within about a second' } },
    },
  },
  '/admin/alarms': {
    get: { summary: 'The alarms that a stage may have, and who is notified', responses: ok('The alarms', 'Alarms') },
  },
  '/admin/alarms/test': {
    post: {
      summary: 'Send a test message to each target of alarms',
      responses: ok('What became of it at each', 'TestedAlarms'),
    },
  },
  '/admin/audit': {
    get: { summary: 'Changes, newest first', parameters: page(20, 100), responses: ok('A page', 'Audit') },
  },
};
