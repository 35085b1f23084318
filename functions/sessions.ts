import middy from '@middy/core';
import { type SessionRouteParts, sessionRoutes } from '../lib/api/routes/session-routes.ts';
import { type App, app } from '../lib/app/app.ts';
import { sessionsOf } from '../lib/app/sessions.ts';
import { authenticated } from '../lib/middleware/authenticated.ts';
import { observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { answered, routed } from '../lib/middleware/routed.ts';

type Parts = ObservedOptions & Pick<App, 'authenticator'> & SessionRouteParts;

/** GET /sessions, GET and DELETE /sessions/{sessionId}: the conversations that the server keeps for the caller's tenant. */
export const sessions = (parts: Parts) =>
  middy(observed(parts, 'sessions'))
    .use(problemJson())
    .use(routed(sessionRoutes(parts)))
    .use(authenticated(parts.authenticator, ({ httpMethod }) => (httpMethod === 'DELETE' ? 'runs:write' : 'runs:read')))
    .handler(answered);

export const handler = sessions({ ...app, ...sessionsOf(app) });
