import * as z from 'zod/mini';
import { runRequestSchema } from '../agent/run-request.ts';
import { adminSchemas } from './admin-schemas.ts';
import { count, instant, object, usd, type JsonSchema } from './json-schema.ts';

const runUsage = object({
  modelCalls: count,
  toolCalls: count,
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
  costUsd: usd,
});

const answer: Readonly<Record<string, JsonSchema>> = {
  runId: { type: 'string' },
  status: { enum: ['succeeded', 'incomplete'] },
  output: { type: 'string' },
  agent: { type: 'string' },
  model: { type: 'string', description: 'the model that answered' },
  stopReason: { type: 'string' },
  usage: { $ref: '#/components/schemas/RunUsage' },
  degraded: {
    oneOf: [
      { type: 'null' },
      object({ reason: { type: 'string' }, servedBy: { enum: ['fallback-model', 'cache', 'default'] } }),
    ],
  },
  cache: { enum: ['hit', 'miss', 'bypass'] },
  durationMs: count,
};

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

const run = object(
  {
    ...answer,
    status: {
      enum: ['queued', 'running', 'awaiting_approval', 'succeeded', 'incomplete', 'failed', 'cancelled', 'timed_out'],
    },
    mode: { enum: ['sync', 'async'] },
    createdAt: instant,
    updatedAt: instant,
    error: { $ref: '#/components/schemas/Problem' },
    approvals: { type: 'array', items: { type: 'object' } },
    metadata: { type: 'object', additionalProperties: { type: 'string' } },
  },
  ['runId', 'mode', 'status', 'agent', 'createdAt', 'updatedAt', 'approvals'],
);

const traceStep = object(
  {
    kind: { enum: ['model', 'tool', 'approval'] },
    name: { type: 'string' },
    startedAt: instant,
    durationMs: count,
    attempts: count,
    status: { enum: ['succeeded', 'failed'] },
    usage: { type: 'object' },
    costUsd: usd,
    error: object({ code: { type: 'string' }, detail: { type: 'string' } }),
  },
  ['kind', 'name', 'startedAt', 'durationMs', 'attempts', 'status'],
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
  const { $schema: _, ...runRequest } = z.toJSONSchema(runRequestSchema(maxTimeoutMs), { io: 'input' });
  return {
    RunRequest: runRequest,
    RunAnswer: object(answer),
    RunUsage: runUsage,
    Run: run,
    Trace: object({
      runId: { type: 'string' },
      traceId: { type: 'string' },
      steps: { type: 'array', items: traceStep },
    }),
    Health: object({
      status: { enum: ['healthy', 'degraded', 'unhealthy'] },
      version: { type: 'string' },
      checks: { type: 'object', additionalProperties: check },
    }),
    Problem: problem,
    ...adminSchemas(),
  };
};
