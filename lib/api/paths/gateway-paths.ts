import { ANTHROPIC_TYPES } from '../../http/response/anthropic-error.ts';
import { count, type JsonSchema, list, object, orNull, reference, text, usd } from '../json-schema.ts';
import { eventStream, inPath, inQuery, type Json, requestBody } from '../operation.ts';

/** What is the provider's to describe; only what Ballast reads or adds stands here. */
const anthropic = (properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema => ({
  ...object(properties, [...required]),
  description: 'as the Anthropic API has it; members that are not named here pass through',
  additionalProperties: true,
});

const messages = list({ type: 'object' });
const model = { type: 'string', minLength: 1, maxLength: 128 };

const band = object({
  overPromptTokens: { ...count, description: 'the band holds for prompts of more tokens than this' },
  input: usd,
  output: usd,
  cacheRead: usd,
  cacheWrite5m: usd,
  cacheWrite1h: usd,
});

/** Bodies of the gateway as JSON schema, by name. */
export const gatewaySchemas: Readonly<Record<string, Json>> = {
  MessageRequest: anthropic(
    {
      model,
      max_tokens: { type: 'integer', minimum: 0 },
      messages: { ...messages, minItems: 1 },
      stream: { type: 'boolean' },
    },
    ['model', 'max_tokens', 'messages'],
  ),
  Message: anthropic({ type: { const: 'message' }, model: text, content: list({ type: 'object' }) }, ['type', 'model']),
  CountTokensRequest: anthropic({ model, messages }, ['model']),
  CountedTokens: anthropic({ input_tokens: count }, ['input_tokens']),
  Pricing: object({
    currency: { const: 'USD' },
    perTokens: count,
    bands: list(band),
    fast: orNull(list(band)),
    webSearchesPerThousand: usd,
    codeExecutionPerHour: usd,
    retiresAt: orNull(text),
  }),
  Model: anthropic({ type: { const: 'model' }, id: text, pricing: reference('Pricing') }, ['id', 'pricing']),
  ModelPage: anthropic({ data: list(reference('Model')), has_more: { type: 'boolean' } }, ['data']),
  AnthropicError: object({
    type: { const: 'error' },
    error: object({
      type: {
        type: 'string',
        description: `the provider's own, or one of ${[...new Set(Object.values(ANTHROPIC_TYPES))].join(' ')}`,
      },
      message: text,
    }),
    request_id: text,
  }),
};

const json = (schema: string): Json => ({ 'application/json': { schema: reference(schema) } });
const answered = (description: string, content: Json): Json => ({
  '200': { description, content },
});
const inHeader = (name: string): Json => ({ name, in: 'header', required: false, schema: text });

const versioned = [inHeader('anthropic-version'), inHeader('anthropic-beta')];

/** What clients of the Anthropic API call, as OpenAPI path items. */
export const gatewayPaths: Readonly<Record<string, Json>> = {
  '/v1/messages': {
    post: {
      summary: 'A message of a model, for any client of the Anthropic API',
      parameters: [...versioned, inHeader('idempotency-key')],
      requestBody: requestBody('MessageRequest'),
      responses: answered('The message, or its events', { ...json('Message'), ...eventStream('MessageEvents') }),
    },
  },
  '/v1/messages/count_tokens': {
    post: {
      summary: 'How many tokens a request has; costs nothing',
      parameters: versioned,
      requestBody: requestBody('CountTokensRequest'),
      responses: answered('The count', json('CountedTokens')),
    },
  },
  '/v1/models': {
    get: {
      summary: 'The models with their prices',
      parameters: [...versioned, ...[inQuery('limit', count), inQuery('after_id', text), inQuery('before_id', text)]],
      responses: answered('A page of them', json('ModelPage')),
    },
  },
  '/v1/models/{modelId}': {
    get: {
      summary: 'A model with its price',
      parameters: [...versioned, inPath('modelId')],
      responses: answered('The model', json('Model')),
    },
  },
};
