import { lazy } from '../kernel/caching/lazy.ts';
import type { Provider } from '../model-call/provider.ts';
import type { AnthropicOptions } from './anthropic/anthropic.ts';

export type ProviderOptions = AnthropicOptions;

/**
 * The provider of all models, loaded with the first thing it is asked: a process that only refuses, replays or reads
 * needs none. Another one (Amazon Bedrock) is another folder here, with circuits under a name of its own.
 */
export const createProvider = (options: ProviderOptions): Provider => {
  const loaded = lazy(async () => (await import('./anthropic/anthropic.ts')).createAnthropic(options));
  return {
    stream: async (...asked) => (await loaded()).stream(...asked),
    countTokens: async (...asked) => (await loaded()).countTokens(...asked),
    ask: async (...asked) => (await loaded()).ask(...asked),
  };
};
