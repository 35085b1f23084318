import type { RunStop } from '../agent/loop/types.ts';
import type { RunAnswer, RunUsage } from '../run/answer.ts';
import { count, instant, type JsonSchema, object, usd } from './json-schema.ts';

const runUsage = object({
  modelCalls: count,
  toolCalls: count,
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
  costUsd: usd,
} satisfies Record<keyof RunUsage, JsonSchema>);

const STOP_REASONS = Object.keys({
  end_turn: true,
  stop_sequence: true,
  refusal: true,
  max_tokens: true,
  context_window: true,
  max_model_calls: true,
  max_cost: true,
  budget: true,
  deadline: true,
  review_failed: true,
  fallback: true,
} satisfies Record<RunStop, true>);

const answer = {
  runId: { type: 'string' },
  status: { enum: ['succeeded', 'incomplete'] },
  output: { type: 'string' },
  agent: { type: 'string' },
  model: { type: 'string', description: 'the model that answered' },
  stopReason: { enum: STOP_REASONS },
  usage: { $ref: '#/components/schemas/RunUsage' },
  degraded: {
    oneOf: [
      { type: 'null' },
      object({
        reason: { type: 'string', description: 'the code of the error that it would have been' },
        servedBy: { enum: ['fallback-model', 'cache', 'default'] },
      }),
    ],
  },
  cache: { enum: ['hit', 'miss', 'bypass'] },
  durationMs: count,
} satisfies Record<keyof RunAnswer, JsonSchema>;

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

/** What is told of runs: their answers, how they are read back, and their traces. */
export const runSchemas: Readonly<Record<string, JsonSchema>> = {
  RunAnswer: object(answer),
  RunUsage: runUsage,
  Run: run,
  Trace: object({
    runId: { type: 'string' },
    traceId: { type: 'string' },
    steps: { type: 'array', items: traceStep },
  }),
};
