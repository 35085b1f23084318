import type * as z from 'zod/mini';
import { toJSONSchema } from 'zod/v4/core';
import { asyncRunSchema, decisionSchema, messageSchema, resumeSchema } from '../../durable-run/http/async-request.ts';
import { PROBLEMS } from '../../http/response/problem.ts';
import { runRequestSchema } from '../../run/run-request.ts';
import { callerSchemas } from '../caller.ts';
import { count, instant, type JsonSchema, object } from '../json-schema.ts';
import { adminSchemas } from './admin-schemas.ts';
import { agentSchemas } from './agent-schemas.ts';
import { REQUEST_MEANINGS } from './request-meanings.ts';
import { runSchemas } from './run-schemas.ts';

/** Each code with its status and what it means. */
const CODES = Object.entries(PROBLEMS)
  .map(([code, { status, title }]) => `\`${code}\` (${status}): ${title}`)
  .join('. ');

const problem = object(
  {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { enum: Object.keys(PROBLEMS), description: CODES },
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

const bodyOf = (schema: z.core.$ZodType): JsonSchema => {
  const { $schema: _, properties = {}, ...body } = toJSONSchema(schema, { io: 'input' });
  const described = Object.entries(properties).map(([name, field]) => {
    const description = REQUEST_MEANINGS[name];
    return [name, typeof field === 'object' && description !== undefined ? { ...field, description } : field];
  });
  return { ...body, properties: Object.fromEntries(described) };
};

/** Every body of the API as JSON schema, by name; the request's comes from the very schema that validates it. */
export const apiSchemas = (maxTimeoutMs: number): Readonly<Record<string, JsonSchema>> => {
  const runRequest = bodyOf(runRequestSchema(maxTimeoutMs));
  return {
    RunRequest: runRequest,
    AsyncRunRequest: bodyOf(asyncRunSchema),
    RunMessage: bodyOf(messageSchema),
    ResumeRequest: bodyOf(resumeSchema),
    DecisionRequest: bodyOf(decisionSchema),
    ...runSchemas,
    Health: object({
      status: { enum: ['healthy', 'degraded', 'unhealthy'] },
      version: { type: 'string' },
      checks: { type: 'object', additionalProperties: check },
    }),
    Problem: problem,
    ...agentSchemas,
    ...callerSchemas,
    ...adminSchemas(),
  };
};
