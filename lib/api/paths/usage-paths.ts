import { count, instant, type JsonSchema, list, object, orNull, reference, text, usd } from '../json-schema.ts';
import { inPath, inQuery, type Json, ok } from '../operation.ts';

/** Below zero where an adjustment is more than what its day used, or a budget was lowered below what was spent. */
const amount: JsonSchema = { ...usd, pattern: `^-?${String(usd['pattern']).slice(1)}` };

/** Below zero where an adjustment took away more than the group used besides. */
const tokens: Json = { type: 'integer' };

const usage: Readonly<Record<string, Json>> = {
  requests: { ...count, description: 'calls of the API that reached a model' },
  inputTokens: tokens,
  outputTokens: tokens,
  cacheReadInputTokens: tokens,
  cacheCreationInputTokens: tokens,
  costUsd: amount,
  estimatedUsd: { ...amount, description: 'the part of costUsd that no answer confirmed' },
  adjustedUsd: { ...amount, description: 'what later corrections have added to costUsd; mostly below zero' },
};
const day: Json = { type: 'string', format: 'date' };
const milliseconds: Json = { type: 'number', minimum: 0 };
const tools: Readonly<Record<string, Json>> = {
  calls: count,
  errors: count,
  meanMs: milliseconds,
  p95Ms: { ...milliseconds, description: 'right to 2 %' },
};
const report = (figures: Readonly<Record<string, Json>>, more: Readonly<Record<string, Json>> = {}): Json =>
  object({
    currency: { const: 'USD' },
    from: day,
    to: day,
    totals: object(figures),
    groups: list(
      object({ key: { oneOf: [text, { type: 'array', items: text, minItems: 2, maxItems: 2 }] }, ...figures }),
    ),
    nextCursor: { type: ['string', 'null'] },
    ...more,
  });

const period = object({
  limitUsd: orNull(usd),
  spentUsd: amount,
  reservedUsd: usd,
  remainingUsd: orNull(amount),
  forecastUsd: orNull(amount),
  resetsAt: instant,
});

const budgetOfOne = object({
  key: { ...text, description: 'the id of the key, or the end user; empty: calls that name none' },
  name: { ...orNull(text), description: 'of a key that is not revoked' },
  day: period,
  month: period,
});

/** With `groupBy` the second. */
const budgets: Json = {
  '200': {
    description: 'The budgets; with `groupBy` those of keys or end users too',
    content: { 'application/json': { schema: { anyOf: [reference('Budget'), reference('GroupBudgets')] } } },
  },
};

const budgetQuery = [
  inQuery(
    'groupBy',
    { enum: ['key', 'user'] },
    'adds the budgets of keys, or of end users, one by one, the dearest of the month first',
  ),
  inQuery(
    'limit',
    { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
    'groups in one answer; only with `groupBy`',
  ),
  inQuery('cursor', text, '`nextCursor` of the answer before; only with `groupBy`'),
];

const call = object({
  callId: text,
  at: instant,
  keyId: text,
  userId: { ...orNull(text), description: 'its end user; by a pseudonym where nobody knows the name any more' },
  model: { ...text, description: 'of its last attempt' },
  attempts: count,
  answered: { type: 'boolean', description: 'whether one of them got a complete answer' },
  inputTokens: count,
  outputTokens: count,
  costUsd: amount,
  estimatedUsd: amount,
});

const short = (maxLength: number): Json => ({ type: 'string', minLength: 1, maxLength });

/** Bodies of the usage routes as JSON schema, by name. */
export const usageSchemas: Readonly<Record<string, Json>> = {
  UsageReport: report(usage),
  ToolUsageReport: report(tools),
  StageUsageReport: report(usage, {
    stageBudget: {
      ...orNull(period),
      description: 'what all tenants together may still spend today; null: the stage has no such budget',
    },
  }),
  GatewayCalls: object({ calls: list(call), nextCursor: orNull(text) }),
  Budget: object({ day: period, month: period }),
  GroupBudgets: object({ day: period, month: period, groups: list(budgetOfOne), nextCursor: orNull(text) }),
};

const common = [
  inQuery('from', day, 'first day, included; default: the first of the month of `to`'),
  inQuery('to', day, 'last day, included; default: today'),
  inQuery('limit', { type: 'integer', minimum: 1, maximum: 10_000, default: 1_000 }, 'groups in one answer'),
  inQuery('cursor', text, '`nextCursor` of the answer before'),
  inQuery('format', { enum: ['json', 'csv'], default: 'json' }, 'wins over `Accept`'),
];
const groupBy = (byDefault: string, says: string): Json =>
  inQuery('groupBy', { type: 'string', default: byDefault, examples: [byDefault, 'model', 'model,user'] }, says);
const GROUPS = 'one or two of day, month, model, agent, key, user, session and metadata.<name>';

const reported = (schema: Json): Json => ({
  '200': {
    description: 'What was used; in CSV the groups alone',
    content: { 'application/json': { schema }, 'text/csv': { schema: text } },
  },
});

/** The usage routes as OpenAPI path items. */
export const usagePaths: Readonly<Record<string, Json>> = {
  '/usage': {
    get: {
      summary: 'What the caller’s tenant used',
      parameters: [...common, groupBy('day', `tool, or ${GROUPS}`)],
      responses: reported({ oneOf: [reference('UsageReport'), reference('ToolUsageReport')] }),
    },
  },
  '/usage/calls': {
    get: {
      summary: 'The calls of the gateway in the last 24 hours, newest first',
      parameters: [
        inQuery('model', short(128), 'calls whose last attempt went to this one'),
        inQuery('keyId', short(128), 'calls with this key'),
        inQuery('answered', { enum: ['true', 'false'] }, 'calls that got a complete answer, or that got none'),
        inQuery('userId', short(256), 'calls for this end user, by the name or the pseudonym that answers show'),
        inQuery('limit', { type: 'integer', minimum: 1, maximum: 200, default: 50 }, 'calls in one answer'),
        inQuery('cursor', text, '`nextCursor` of the answer before, with the same filters'),
      ],
      responses: ok('A page', 'GatewayCalls'),
    },
  },
  '/usage/budget': {
    get: {
      summary: 'What is left of the caller’s budgets',
      parameters: budgetQuery,
      responses: budgets,
    },
  },
  '/admin/tenants/{tenantId}/budget': {
    get: {
      summary: 'What is left of a tenant’s budgets',
      parameters: [inPath('tenantId'), ...budgetQuery],
      responses: budgets,
    },
  },
  '/admin/usage': {
    get: {
      summary: 'What all tenants used',
      parameters: [
        ...common,
        groupBy('tenant', `tenant, day, month or model; with a tenant also ${GROUPS}`),
        inQuery('tenant', { type: 'string', pattern: '^[a-z0-9-]{1,64}$' }, 'this one alone'),
      ],
      responses: reported(reference('StageUsageReport')),
    },
  },
};
