import { ADMIN_KEY } from '../api/fleet.ts';
import { DOCUMENT } from '../openapi/document.ts';
import { seededRandom } from '../seeded-random.ts';
import { createDraw, type Draw } from './draw.ts';
import { type HostileRequest, mutated } from './mutations.ts';
import { type Schema, validValue } from './valid-values.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

const OPERATIONS = Object.entries(DOCUMENT.paths).flatMap(([path, item]) =>
  Object.entries(item as unknown as Readonly<Record<string, Operation>>).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path,
    operation,
  })),
);

/** What was answered before and can be asked for; a request names it by its place. */
export interface Known {
  readonly runs: readonly string[];
  /** The key of who asks, where that is no administrator. */
  readonly key: string;
}

/** Tenants, keys and names that a request may change without ending what the others need. */
const TENANTS = Array.from({ length: 40 }, (_, at) => `t-${at}`);
const inPath = (name: string, known: Known, draw: Draw): string => {
  const values: Readonly<Record<string, readonly string[]>> = {
    runId: [...known.runs, `run_${'0'.repeat(26)}`],
    tenantId: TENANTS,
    keyId: ['key_1', 'key_2'],
    userId: ['ada', 'a/b'],
    sessionId: ['user-7', 'a', 'b.c'],
    toolUseId: ['toolu_1'],
    modelId: ['claude-sonnet-5-5', 'claude-none'],
    name: ['tool/open-meteo', 'tool/none', 'a/b/c'],
  };
  return draw.one(values[name] ?? ['a']);
};

const QUERIES: Readonly<Record<string, readonly string[]>> = {
  limit: ['1', '20'],
  cursor: [],
  from: ['2026-11-01'],
  to: ['2026-11-20'],
  format: ['json', 'csv'],
  groupBy: ['day', 'model'],
  status: ['succeeded', 'queued'],
  agent: ['assistant'],
  userId: ['ada'],
  sessionId: ['user-7'],
  after: ['0', '1'],
  tenant: TENANTS,
};
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  'Idempotency-Key': ['key-1', 'key-2', 'key-3'],
  'idempotency-key': ['key-1', 'key-2', 'key-3'],
  Prefer: ['wait=0'],
  'Last-Event-ID': ['0', '1'],
  'If-Match': ['*', '"1"'],
  'anthropic-version': ['2023-06-01', '2026-10-21'],
  'anthropic-beta': ['future-2030-01-01'],
};

const chosen = (
  parameters: readonly Parameter[],
  place: Parameter['in'],
  values: Readonly<Record<string, readonly string[]>>,
  draw: Draw,
): [string, string][] =>
  parameters
    .filter((each) => each.in === place && (values[each.name] ?? []).length > 0 && draw.chance(0.2))
    .map(({ name }) => [name, draw.one(values[name] ?? [])]);

const valid = (known: Known, draw: Draw): HostileRequest => {
  const { method, path, operation } = draw.one(OPERATIONS);
  const { parameters = [], requestBody } = operation;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => inPath(name, known, draw));
  const query = new URLSearchParams(chosen(parameters, 'query', QUERIES, draw)).toString();
  const schema = requestBody?.content['application/json']?.schema;
  const body = schema === undefined ? null : JSON.stringify(validValue(schema, draw));
  const isAdmin = path.startsWith('/admin');
  return {
    method,
    target: query === '' ? filled : `${filled}?${query}`,
    headers: {
      'x-api-key': isAdmin ? ADMIN_KEY : known.key,
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...Object.fromEntries(chosen(parameters, 'header', HEADERS, draw)),
    },
    body,
  };
};

/** The request of this number: always the same, given what is known. Half are as described, the others have something wrong. */
export const hostileRequest = (number: number, known: Known): HostileRequest => {
  const draw = createDraw(seededRandom(Math.imul(number, 0x9e3779b1)));
  const request = valid(known, draw);
  return draw.chance(0.5) ? request : mutated(request, draw);
};
