import type { StepContent } from '../../runs/trace/run-content.ts';
import type { TraceAttempt, TraceStep, TraceUsage } from '../../runs/trace/trace-step.ts';
import type { traceView } from '../../runs/views.ts';
import { ESTIMATES } from '../../usage/record.ts';
import { count, instant, type JsonSchema, list, object, text, usd } from '../json-schema.ts';

const STATUS: JsonSchema = { enum: ['succeeded', 'failed'] };

const usage = object({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheCreationInputTokens: count,
} satisfies Record<keyof TraceUsage, JsonSchema>);

const attempt = object(
  {
    model: text,
    startedAt: instant,
    durationMs: count,
    firstContentMs: { type: ['integer', 'null'], description: 'from its start; null: no content came' },
    status: STATUS,
    error: object({ code: text }),
    retry: {
      ...object({ reason: text, delayMs: count }),
      description: 'of an attempt after another: what that one met, and the time between them',
    },
    usage,
    estimated: { enum: ESTIMATES, description: 'why usage and cost are an estimate; left out where they are counted' },
    reservedUsd: usd,
    costUsd: usd,
    requestId: { type: ['string', 'null'], description: "the provider's id of the request" },
  } satisfies Record<keyof TraceAttempt, JsonSchema>,
  ['model', 'startedAt', 'durationMs', 'firstContentMs', 'status', 'usage', 'reservedUsd', 'costUsd', 'requestId'],
);

const step = object(
  {
    kind: { enum: ['model', 'tool', 'approval', 'wait', 'message'] },
    name: text,
    startedAt: instant,
    durationMs: count,
    attempts: count,
    attemptDetails: { type: 'array', items: attempt, maxItems: 20, description: 'of a model call: the last of them' },
    lostUsd: { ...usd, description: 'of `costUsd`: what attempts cost that a kill interrupted' },
    status: STATUS,
    usage,
    costUsd: usd,
    error: object({ code: text, detail: text }),
    fallback: { const: true, description: 'of a tool that failed, and whose fallback stood in' },
    toolUseId: { ...text, description: 'of a tool call, and of what was decided on it' },
    modelCall: { ...count, description: 'the number of the call, or of the one that waited or read the message' },
    decision: { enum: ['approve', 'deny', 'edit', 'expire'] },
    decidedBy: { type: ['string', 'null'], description: 'the id of the key that decided; null: time did' },
    interrupted: { const: true, description: 'of a model call that a message broke off' },
    interrupt: { const: true, description: 'of a message that was to break off the call in flight' },
    reads: { ...list(text), description: 'of a tool result: `untrusted`, `private`' },
    rule: {
      ...text,
      description:
        'of a tool call that was held, or made because it was planned: the rule of `GET /agents` that it would have broken',
    },
    resumed: { const: true, description: 'of a wait that a person ended' },
    input: { description: 'what the tool was given, a person was asked, or a message says; where content is kept' },
    output: { description: 'what the tool gave, or the reason of a decision; where content is kept' },
  } satisfies Record<keyof TraceStep | keyof StepContent, JsonSchema>,
  ['kind', 'name', 'startedAt', 'durationMs', 'attempts', 'status'],
);

/** How a run's trace reads. */
export const traceSchemas: Readonly<Record<string, JsonSchema>> = {
  Trace: object(
    {
      runId: text,
      traceId: text,
      task: { ...text, description: 'where content is kept' },
      contentOmitted: { ...count, description: 'inputs and outputs that had no room' },
      steps: { type: 'array', items: step },
      omitted: {
        ...object({ after: count, steps: count }),
        description: 'where the run had more steps than are kept: behind the first `after`, so many are left out',
      },
    } satisfies Record<keyof ReturnType<typeof traceView>, JsonSchema>,
    ['runId', 'traceId', 'steps'],
  ),
};
