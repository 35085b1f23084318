import type { MessageDeltaUsage, Usage } from '@anthropic-ai/sdk/resources/messages/messages';
import type { PricingTerms } from '../usage/pricing.ts';
import { NO_TOKENS, type TokenUsage } from '../usage/record.ts';

/**
 * UTF-8 bytes of streamed answer to a token, for an answer that broke off before it said its own count.
 * Judged low (English prose has about four), so that the estimate lies above the bill rather than below it.
 */
const BYTES_PER_TOKEN = 3;

/** Follows what an attempt uses while its events pass. */
export interface Meter {
  started(usage: Usage): void;
  /** Usage in `message_delta` is cumulative: it replaces what was known. */
  updated(usage: Partial<MessageDeltaUsage>): void;
  wrote(text: string): void;
  /** `final`: the upstream's own last word; otherwise the output is estimated from what was seen. */
  tokens(final: boolean): TokenUsage;
  /** The terms that the upstream itself billed the answer under, where it said so; they win over what was asked. */
  terms(): PricingTerms;
}

const count = (value: number | null | undefined, known: number): number => value ?? known;

export const createMeter = (): Meter => {
  let tokens: TokenUsage = NO_TOKENS;
  let terms: PricingTerms = {};
  let bytes = 0;
  return {
    started(usage) {
      const written = usage.cache_creation_input_tokens ?? 0;
      const oneHour = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0;
      tokens = {
        inputTokens: usage.input_tokens,
        outputTokens: usage.output_tokens,
        cacheReadInputTokens: usage.cache_read_input_tokens ?? 0,
        cacheWrite5mInputTokens: Math.max(0, written - oneHour),
        cacheWrite1hInputTokens: oneHour,
        webSearchRequests: usage.server_tool_use?.web_search_requests ?? 0,
      };
      terms = {
        ...(usage.service_tier === 'batch' ? { batch: true } : {}),
        // `not_available`, from models that know no geography, is no word about it.
        ...(usage.inference_geo && usage.inference_geo !== 'not_available'
          ? { inferenceGeo: usage.inference_geo }
          : {}),
      };
    },
    updated(usage) {
      const oneHour = tokens.cacheWrite1hInputTokens;
      const written = count(usage.cache_creation_input_tokens, tokens.cacheWrite5mInputTokens + oneHour);
      tokens = {
        inputTokens: count(usage.input_tokens, tokens.inputTokens),
        outputTokens: count(usage.output_tokens, tokens.outputTokens),
        cacheReadInputTokens: count(usage.cache_read_input_tokens, tokens.cacheReadInputTokens),
        // The split by lifetime stands in message_start alone; what comes later is told as a sum.
        cacheWrite5mInputTokens: Math.max(0, written - oneHour),
        cacheWrite1hInputTokens: Math.min(oneHour, written),
        webSearchRequests: count(usage.server_tool_use?.web_search_requests, tokens.webSearchRequests),
      };
    },
    wrote(text) {
      bytes += Buffer.byteLength(text);
    },
    tokens: (final) =>
      final ? tokens : { ...tokens, outputTokens: Math.max(tokens.outputTokens, Math.ceil(bytes / BYTES_PER_TOKEN)) },
    terms: () => terms,
  };
};
