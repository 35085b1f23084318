import type {
  ContentBlock,
  Message,
  MessageDeltaUsage,
  RawMessageStreamEvent,
  StopReason,
  Usage,
} from '@anthropic-ai/sdk/resources/messages';

/** What one answer is billed, by the kinds that are priced apart. All counts are whole tokens. */
export interface TokenCounts {
  /** Neither read from nor written to the prompt cache. */
  readonly input: number;
  readonly output: number;
  readonly read: number;
  readonly write5m: number;
  readonly write1h: number;
}

export const usageOf = (counts: TokenCounts): Usage => ({
  input_tokens: counts.input,
  output_tokens: counts.output,
  cache_creation_input_tokens: counts.write5m + counts.write1h,
  cache_read_input_tokens: counts.read,
  cache_creation: { ephemeral_5m_input_tokens: counts.write5m, ephemeral_1h_input_tokens: counts.write1h },
  output_tokens_details: null,
  server_tool_use: null,
  service_tier: 'standard',
  inference_geo: null,
  speed: null,
});

/** The usage of a `message_delta`: cumulative, and without the split of cache writes by lifetime. */
export const deltaUsageOf = (counts: TokenCounts): MessageDeltaUsage => ({
  input_tokens: counts.input,
  output_tokens: counts.output,
  cache_creation_input_tokens: counts.write5m + counts.write1h,
  cache_read_input_tokens: counts.read,
  output_tokens_details: null,
  server_tool_use: null,
});

/** A whole answer before it is given its envelope. */
export interface Answer {
  readonly id: string;
  readonly model: string;
  readonly content: readonly ContentBlock[];
  /** A `string`, because an API may one day give a reason that its client does not know. */
  readonly stopReason: StopReason | (string & {});
  readonly stopSequence: string | null;
  readonly counts: TokenCounts;
}

const REFUSAL = { type: 'refusal', category: null, explanation: 'The request was declined.' } as const;

export const stopDetailsOf = ({ stopReason }: Pick<Answer, 'stopReason'>): Message['stop_details'] =>
  stopReason === 'refusal' ? REFUSAL : null;

/** The message as the JSON API answers it. */
export const messageOf = (answer: Answer): Message => ({
  id: answer.id,
  type: 'message',
  role: 'assistant',
  model: answer.model,
  content: [...answer.content],
  stop_reason: answer.stopReason as StopReason,
  stop_sequence: answer.stopSequence,
  stop_details: stopDetailsOf(answer),
  container: null,
  diagnostics: null,
  usage: usageOf(answer.counts),
});

export const textBlock = (text: string): ContentBlock => ({ type: 'text', text, citations: null });

export const toolUseBlock = (id: string, name: string, input: unknown): ContentBlock => ({
  type: 'tool_use',
  id,
  name,
  input,
  caller: { type: 'direct' },
});

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  409: 'conflict_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** The error type that goes with a status; other 4xx are the caller's fault, other 5xx the API's. */
export const errorTypeOf = (status: number): string =>
  ERROR_TYPES[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error');

export interface ErrorEnvelope {
  readonly type: 'error';
  readonly error: { readonly type: string; readonly message: string };
  readonly request_id: string;
}

export const errorEnvelope = (type: string, message: string, requestId: string): ErrorEnvelope => ({
  type: 'error',
  error: { type, message },
  request_id: requestId,
});

export type WireEvent = RawMessageStreamEvent | { readonly type: 'ping' } | ErrorEnvelope;

/** One Server-Sent Event, its name being the type of its data. */
export const encodeEvent = (event: WireEvent): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
