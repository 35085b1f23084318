import { ADMIN_GROUPS, USAGE_GROUPS } from '../usage/report-query.ts';

type Json = Readonly<Record<string, unknown>>;

const count: Json = { type: 'integer', minimum: 0 };
const usd: Json = { type: 'string', pattern: '^-?\\d+(\\.\\d{1,12})?$', description: 'US dollars as a decimal string' };
const nullable = (schema: Json): Json => ({ oneOf: [schema, { type: 'null' }] });
const object = (properties: Readonly<Record<string, Json>>): Json => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

const usage: Readonly<Record<string, Json>> = {
  requests: { ...count, description: 'calls of the API that reached a model' },
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
  costUsd: usd,
};
const milliseconds: Json = { type: 'number', minimum: 0 };
const tools: Readonly<Record<string, Json>> = {
  calls: count,
  errors: count,
  meanMs: milliseconds,
  p95Ms: { ...milliseconds, description: 'right to 2 %' },
};
const report = (figures: Readonly<Record<string, Json>>): Json =>
  object({
    currency: { const: 'USD' },
    totals: object(figures),
    groups: { type: 'array', items: object({ key: { type: 'string' }, ...figures }) },
    nextCursor: { type: ['string', 'null'] },
  });

const period = object({
  limitUsd: nullable(usd),
  spentUsd: usd,
  reservedUsd: usd,
  remainingUsd: nullable(usd),
  resetsAt: { type: 'string', format: 'date-time' },
});

/** Bodies of the usage routes as JSON schema, by name. */
export const usageSchemas: Readonly<Record<string, Json>> = {
  UsageReport: report(usage),
  ToolUsageReport: report(tools),
  Budget: object({ day: period, month: period }),
};

const query = (name: string, description: string, schema: Json): Json => ({ name, in: 'query', description, schema });
const day: Json = { type: 'string', format: 'date' };
const common = [
  query('from', 'first day, included; default: the first of the month of `to`', day),
  query('to', 'last day, included; default: today', day),
  query('limit', 'groups in one answer', { type: 'integer', minimum: 1, maximum: 10_000, default: 1_000 }),
  query('cursor', '`nextCursor` of the answer before', { type: 'string' }),
];
const groupBy = (groups: readonly string[], byDefault: string): Json =>
  query('groupBy', 'what makes a group', { enum: groups, default: byDefault });

const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const problems: Json = {
  default: {
    description: 'Refused or failed: a problem',
    content: { 'application/problem+json': { schema: ref('Problem') } },
  },
};
const reported = (schema: Json): Json => ({
  '200': {
    description: 'What was used; in CSV the groups alone',
    content: { 'application/json': { schema }, 'text/csv': { schema: { type: 'string' } } },
  },
  ...problems,
});

/** The usage routes as OpenAPI path items. */
export const usagePaths: Readonly<Record<string, Json>> = {
  '/usage': {
    get: {
      summary: 'What the caller’s tenant used',
      parameters: [...common, groupBy(USAGE_GROUPS, 'day')],
      responses: reported({ oneOf: [ref('UsageReport'), ref('ToolUsageReport')] }),
    },
  },
  '/usage/budget': {
    get: {
      summary: 'What is left of the caller’s budgets',
      responses: {
        '200': { description: 'The budgets', content: { 'application/json': { schema: ref('Budget') } } },
        ...problems,
      },
    },
  },
  '/admin/usage': {
    get: {
      summary: 'What all tenants used',
      parameters: [
        ...common,
        groupBy(ADMIN_GROUPS, 'tenant'),
        query('tenant', 'this one alone', { type: 'string', pattern: '^[a-z0-9-]{1,64}$' }),
      ],
      responses: reported(ref('UsageReport')),
    },
  },
};
