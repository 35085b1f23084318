import { type CallMessages, createCallMessages } from '../gateway/message-call.ts';
import { createAskProvider } from '../gateway/questions/ask-provider.ts';
import type { QuestionParts } from '../gateway/questions/question-routes.ts';
import { lazy } from '../kernel/caching/lazy.ts';
import type { App } from './app.ts';
import { retrySettings } from './settings.ts';

/** What clients of the Anthropic API ask, by the guards and the brackets that an app's own runs go through. */
export const gatewayOf = ({ clock, emit, ids, core }: App): CallMessages => {
  // Few clients send a key and name an end user.
  const claims = lazy(async () => {
    const { createClaimsOfUser } = await import('../idempotency/claims-of-user.ts');
    return createClaimsOfUser({ table: core.stores.control, clock });
  });
  return createCallMessages({
    clock,
    emit,
    ids,
    ...core,
    noteClaim: async (...asked) => (await claims()).note(...asked),
  });
};

/** What the provider is asked without being paid, over an app's own keys, limits and circuits. */
export const questionsOf = ({ clock, emit, config, core }: App): QuestionParts => {
  const { circuits, rateLimit, prices, isPriced, keys, keyCheck, random, provider } = core;
  const askProvider = createAskProvider({
    provider,
    keys,
    keyCheck,
    clock,
    random,
    emit,
    retry: retrySettings(config),
  });
  return { askProvider, clock, emit, circuits, rateLimit, prices, isPriced };
};
