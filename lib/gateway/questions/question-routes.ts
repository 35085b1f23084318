import type { Routes } from '../../http/routes.ts';
import type { HttpResponse } from '../../http/types.ts';
import { createDeadline, type Deadline } from '../../kernel/deadline.ts';
import { type AuthenticatedEvent, countTokens, type CountTokensParts } from './count-tokens.ts';
import { getModel, listModels, type ModelsParts } from './models.ts';

export type QuestionParts = CountTokensParts & ModelsParts;

/** Longest time for the provider's answer, retries included: API Gateway waits 29 s for one that is not streamed. */
export const QUESTION_LIMIT_MS = 20_000;

/** What the provider is asked without being paid. */
export const questionRoutes = (parts: QuestionParts): Routes<AuthenticatedEvent> => {
  const within =
    (answer: (parts: QuestionParts, request: AuthenticatedEvent, deadline: Deadline) => Promise<HttpResponse>) =>
    async (request: AuthenticatedEvent): Promise<HttpResponse> => {
      using deadline = createDeadline(parts.clock, QUESTION_LIMIT_MS);
      return await answer(parts, request, deadline);
    };
  return {
    '/v1/messages/count_tokens': { POST: within(countTokens) },
    '/v1/models': { GET: within(listModels) },
    '/v1/models/{modelId}': { GET: within(getModel) },
  };
};
