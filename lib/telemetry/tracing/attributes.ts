/*
 * Names of span attributes: those of OpenTelemetry's semantic conventions (HTTP, and GenAI, which are in development:
 * https://github.com/open-telemetry/semantic-conventions-genai), and Ballast's own where there is none.
 */

export type SpanAttributes = Readonly<Record<string, string | number | readonly string[]>>;

export const HTTP = {
  method: 'http.request.method',
  route: 'http.route',
  status: 'http.response.status_code',
} as const;

export const ERROR_TYPE = 'error.type';

export const GEN_AI = {
  operation: 'gen_ai.operation.name',
  provider: 'gen_ai.provider.name',
  agent: 'gen_ai.agent.name',
  requestModel: 'gen_ai.request.model',
  responseModel: 'gen_ai.response.model',
  finishReasons: 'gen_ai.response.finish_reasons',
  tool: 'gen_ai.tool.name',
  toolCall: 'gen_ai.tool.call.id',
  /** All of the input, what the provider's cache had or took included. */
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
  system: 'gen_ai.system_instructions',
} as const;

export const BALLAST = {
  requestId: 'ballast.request.id',
  runId: 'ballast.run.id',
  status: 'ballast.run.status',
  reason: 'ballast.run.reason',
  degraded: 'ballast.run.degraded',
  attemptId: 'ballast.attempt.id',
  upstreamRequestId: 'ballast.upstream.request_id',
  /** US dollars, exact, as text. */
  costUsd: 'ballast.cost_usd',
  /** Why tokens and cost are an estimate, as `cut`. Default: the provider told its counts. */
  estimated: 'ballast.estimated',
  tenantId: 'ballast.tenant.id',
  outcome: 'ballast.outcome',
} as const;

/** Names that the conventions have changed, by what a stage asks for. */
export interface Spelling {
  readonly cacheWriteTokens: string;
  readonly firstContentSeconds: string;
}

const LATEST: Spelling = {
  cacheWriteTokens: 'gen_ai.usage.cache_write.input_tokens',
  firstContentSeconds: 'gen_ai.response.time_to_first_chunk',
};

const USUAL: Spelling = {
  cacheWriteTokens: 'gen_ai.usage.cache_creation.input_tokens',
  firstContentSeconds: 'ballast.first_content_seconds',
};

/** `optIn`: the value of `OTEL_SEMCONV_STABILITY_OPT_IN`, a list. */
export const spellingOf = (optIn: string): Spelling =>
  optIn.split(',').some((name) => name.trim() === 'gen_ai_latest_experimental') ? LATEST : USUAL;
