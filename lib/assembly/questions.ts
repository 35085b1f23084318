import type { App } from '../app.ts';
import { createProviderApi } from '../gateway/provider-api.ts';
import type { QuestionParts } from '../gateway/question-routes.ts';
import { retrySettings } from '../settings.ts';

/** What the provider is asked without being paid, over an app's own keys, limits and circuits. */
export const questionsOf = ({ clock, emit, config, core }: App): QuestionParts => {
  const { circuits, rateLimit, prices, isPriced, keys, keyCheck, random, upstream } = core;
  const { baseUrl } = upstream;
  const api = createProviderApi({ baseUrl, keys, keyCheck, clock, random, emit, retry: retrySettings(config) });
  return { api, clock, emit, circuits, rateLimit, prices, isPriced };
};
