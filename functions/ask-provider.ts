import middy from '@middy/core';
import { type App, app } from '../lib/app/app.ts';
import { questionsOf } from '../lib/app/questions.ts';
import { whyNotOffered } from '../lib/gateway/not-offered.ts';
import { type QuestionParts, questionRoutes } from '../lib/gateway/questions/question-routes.ts';
import { anthropicErrors } from '../lib/middleware/anthropic-errors.ts';
import { authenticated } from '../lib/middleware/authenticated.ts';
import { boundedHops } from '../lib/middleware/bounded-hops.ts';
import { observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { answered, routed } from '../lib/middleware/routed.ts';

type Parts = ObservedOptions & Pick<App, 'authenticator' | 'config'> & QuestionParts;

/**
 * POST /v1/messages/count_tokens, GET /v1/models and /v1/models/{modelId}: what the provider answers for nothing; and
 * what of its API is not offered.
 */
export const askProvider = (parts: Parts) =>
  middy(observed(parts, 'ask-provider'))
    .use(anthropicErrors())
    .use(routed(questionRoutes(parts), whyNotOffered))
    .use(boundedHops(parts.config.MAX_HOPS))
    .use(authenticated(parts.authenticator, 'messages:write'))
    .handler(answered);

export const handler = askProvider({ ...app, ...questionsOf(app) });
