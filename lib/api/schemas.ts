import { toJSONSchema } from 'zod/v4/core';
import { runRequestSchema } from '../run/run-request.ts';
import { adminSchemas } from './admin-schemas.ts';
import { agentSchemas } from './agent-schemas.ts';
import { count, instant, type JsonSchema, object } from './json-schema.ts';
import { runSchemas } from './run-schemas.ts';

const problem = object(
  {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    requestId: { type: 'string' },
    retryAfterMs: count,
    errors: { type: 'array', items: object({ path: { type: 'string' }, message: { type: 'string' } }) },
    limit: { type: 'string' },
    used: { type: 'string' },
    reserved: { type: 'string' },
    asked: { type: 'string' },
    runId: { type: 'string' },
    usage: { $ref: '#/components/schemas/RunUsage' },
  },
  ['type', 'title', 'status', 'detail', 'code', 'requestId'],
);

const check = object(
  {
    status: { enum: ['healthy', 'degraded', 'unhealthy'] },
    latencyMs: count,
    checkedAt: instant,
    detail: { type: 'string' },
  },
  ['status', 'checkedAt'],
);

/** Every body of the API as JSON schema, by name; the request's comes from the very schema that validates it. */
export const apiSchemas = (maxTimeoutMs: number): Readonly<Record<string, JsonSchema>> => {
  const { $schema: _, ...runRequest } = toJSONSchema(runRequestSchema(maxTimeoutMs), { io: 'input' });
  return {
    RunRequest: runRequest,
    ...runSchemas,
    Health: object({
      status: { enum: ['healthy', 'degraded', 'unhealthy'] },
      version: { type: 'string' },
      checks: { type: 'object', additionalProperties: check },
    }),
    Problem: problem,
    ...agentSchemas,
    ...adminSchemas(),
  };
};
