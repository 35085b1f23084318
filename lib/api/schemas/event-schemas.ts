import { count, type JsonSchema, list, object, reference, text, usd } from '../json-schema.ts';

const NOTHING = object({});
const toolUseId = text;

const finished = { toolUseId, name: text, isError: { type: 'boolean' }, durationMs: count };

/** What was asked for, it shows beside the rest. */
const shown = (properties: Readonly<Record<string, JsonSchema>>, name: string): JsonSchema =>
  object(
    { ...properties, [name]: { description: 'with `Prefer: tool-content` alone; redacted' } },
    Object.keys(properties),
  );

/** Of a run, whoever watches it. */
const both = {
  'run.started': object({ runId: text }),
  'model.started': object({ model: text }),
  'text.delta': object({ text }),
  'text.reset': NOTHING,
  'tool.started': object({ toolUseId, name: text }),
  'tool.finished': object(finished),
  'run.succeeded': reference('RunAnswer'),
  'run.failed': reference('Problem'),
};

const waiting = object(
  {
    reason: { enum: ['approval', 'budget', 'slot'] },
    toolUseIds: { ...list(text), description: 'the calls that a person has to decide about' },
    detail: { ...text, description: 'of a budget: the limit that has no room' },
    limitUsd: usd,
    usedUsd: usd,
    reservedUsd: usd,
    askedUsd: usd,
  },
  ['reason'],
);

const asynchronous = {
  'run.queued': NOTHING,
  'run.waiting': waiting,
  'run.resumed': NOTHING,
  'approval.requested': object({ toolUseId, tool: text, input: {}, rule: text }, ['toolUseId', 'tool', 'input']),
  'approval.decided': object({ toolUseId, decision: { enum: ['approve', 'deny', 'edit', 'expire'] } }),
  'message.received': object({ messageId: text }),
  'run.cancelled': object({ runId: text, usage: reference('RunUsage') }, ['runId']),
};

const events = (description: string, properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  ...object(properties, []),
  description: `The data of each event by its name. ${description}`,
});

const providers: JsonSchema = { type: 'object', additionalProperties: true };

/** What streams hold, as JSON schema by name. */
export const eventSchemas: Readonly<Record<string, JsonSchema>> = {
  RunEvents: events('The last is `run.succeeded` or `run.failed`.', {
    ...both,
    'tool.started': shown({ toolUseId, name: text }, 'input'),
    'tool.finished': shown(finished, 'output'),
    ping: NOTHING,
  }),
  WatchedRunEvents: events(
    'Each has an `id`, which rises by 1. The last is `run.succeeded`, `run.failed` or `run.cancelled`.',
    { ...both, ...asynchronous },
  ),
  MessageEvents: {
    ...events('Those of the Anthropic API, unknown ones included; `error` is the last of a stream that failed.', {
      message_start: providers,
      content_block_start: providers,
      content_block_delta: providers,
      content_block_stop: providers,
      message_delta: providers,
      message_stop: providers,
      ping: providers,
      error: reference('AnthropicError'),
    }),
    additionalProperties: true,
  },
};
