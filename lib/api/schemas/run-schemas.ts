import type { SettledSoFar } from '../../accounts/settled-so-far.ts';
import { STOP_REASONS } from '../../agent/loop/stop-reasons.ts';
import type { RunAnswer, RunUsage } from '../../run/answer.ts';
import type { deliveriesView } from '../../runs/outbox/delivery.ts';
import { RUN_STATUSES } from '../../runs/types.ts';
import type { summaryView } from '../../runs/views.ts';
import { count, instant, type JsonSchema, object, usd } from '../json-schema.ts';
import { traceSchemas } from './trace-schemas.ts';

const runUsage = object({
  modelCalls: count,
  toolCalls: count,
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
  costUsd: usd,
} satisfies Record<keyof RunUsage, JsonSchema>);

const answer = {
  runId: { type: 'string' },
  status: { enum: ['succeeded', 'incomplete'] },
  output: { type: 'string' },
  result: {
    type: 'object',
    description: 'what the `output` schema of the agent makes of the answer; left out where there is none',
  },
  agent: { type: 'string' },
  model: { type: 'string', description: 'the model that answered' },
  stopReason: { enum: Object.keys(STOP_REASONS) },
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
  sessionId: { type: 'string', description: 'of the session that the run went on with; left out where it had none' },
  toolFallbacks: {
    type: 'array',
    items: { type: 'string' },
    description: 'tools that failed, and whose fallback the model was given; left out where none did',
  },
} satisfies Record<keyof RunAnswer, JsonSchema>;

const runStatus = { $ref: '#/components/schemas/RunStatus' };

const summary = {
  runId: { type: 'string' },
  mode: { enum: ['sync', 'async'] },
  status: runStatus,
  agent: { type: 'string' },
  userId: { type: ['string', 'null'] },
  sessionId: { type: ['string', 'null'] },
  createdAt: instant,
  updatedAt: instant,
} satisfies Record<keyof ReturnType<typeof summaryView>, JsonSchema>;

const approval = object(
  {
    toolUseId: { type: 'string' },
    tool: { type: 'string' },
    input: {},
    rule: {
      type: 'string',
      description: 'the rule of `GET /agents` for which it is asked; left out where its tool always asks',
    },
    requestedAt: instant,
  },
  ['toolUseId', 'tool', 'input', 'requestedAt'],
);

const soFar = {
  model: { type: ['string', 'null'], description: 'the last that answered' },
  modelCalls: count,
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
  costUsd: usd,
} satisfies Record<keyof SettledSoFar, JsonSchema>;

const run = object(
  {
    ...answer,
    status: runStatus,
    mode: { enum: ['sync', 'async'] },
    userId: { type: ['string', 'null'], description: 'the end user of the run; left out in a webhook' },
    createdAt: instant,
    updatedAt: instant,
    error: { $ref: '#/components/schemas/Problem' },
    approvals: { type: 'array', items: approval },
    metadata: { type: 'object', additionalProperties: { type: 'string' } },
    soFar: { ...object(soFar), description: 'with `include=usage`, of a run that goes on: what is settled' },
  },
  ['runId', 'mode', 'status', 'agent', 'createdAt', 'updatedAt', 'approvals'],
);

const attempt = object(
  {
    at: instant,
    status: { type: ['integer', 'null'], description: 'of the answer; null: there was none' },
    durationMs: count,
    error: { type: 'string' },
  },
  ['at', 'status', 'durationMs'],
);

const delivery = object({
  id: { type: 'string', description: 'the `webhook-id` of each try' },
  type: { enum: ['run.succeeded', 'run.failed', 'run.cancelled', 'approval.requested'] },
  url: { type: 'string', description: 'host and path' },
  status: { enum: ['pending', 'delivered', 'failed'] },
  attempts: { type: 'array', items: attempt },
  nextAt: { oneOf: [{ type: 'null' }, instant] },
} satisfies Record<keyof ReturnType<typeof deliveriesView>['deliveries'][number], JsonSchema>);

/** What is told of runs: their answers, how they are read back, and their traces. */
export const runSchemas: Readonly<Record<string, JsonSchema>> = {
  RunAnswer: object(
    answer,
    Object.keys(answer).filter((name) => !['sessionId', 'toolFallbacks', 'result'].includes(name)),
  ),
  RunUsage: runUsage,
  Run: run,
  RunStatus: { enum: RUN_STATUSES },
  Runs: object({ runs: { type: 'array', items: object(summary) }, nextCursor: { type: ['string', 'null'] } }),
  SubmittedRun: object({ runId: { type: 'string' }, status: { const: 'queued' } }),
  RunReference: object({ runId: { type: 'string' } }),
  TakenMessage: object({ messageId: { type: 'string' } }),
  Deliveries: object({ deliveries: { type: 'array', items: delivery } }),
  CancelledRuns: object({ cancelled: count }),
  ...traceSchemas,
};
