import type { sessionSummary } from '../../run/sessions/session-views.ts';
import { instant, type JsonSchema, object } from '../json-schema.ts';
import { inPath, inQuery, type Json, ok } from '../operation.ts';

const text = { type: 'string' };
const sessionId = inPath('sessionId');
const userId = inQuery('userId', text, 'the session of this end user; without it: the one that belongs to none');

/** The operations on sessions. */
export const sessionPaths: Json = {
  '/sessions': {
    get: {
      summary: 'The sessions of the tenant, the one used last first',
      parameters: [
        inQuery('limit', { type: 'integer', minimum: 1, maximum: 100, default: 20 }),
        inQuery('cursor', text),
      ],
      responses: ok('A page', 'Sessions'),
    },
  },
  '/sessions/{sessionId}': {
    get: {
      summary: 'A session with its turns',
      parameters: [sessionId, userId],
      responses: ok('The session', 'Session'),
    },
    delete: {
      summary: 'Erase a session with its runs; needs the scope runs:write',
      parameters: [sessionId, userId],
      responses: { '204': { description: 'Erased' } },
    },
  },
};

const summary = {
  sessionId: text,
  userId: { type: ['string', 'null'] },
  agent: text,
  createdAt: instant,
  updatedAt: instant,
} satisfies Record<keyof ReturnType<typeof sessionSummary>, JsonSchema>;

const turn = object({ runId: text, role: { enum: ['user', 'assistant'] }, content: text });

export const sessionSchemas: Readonly<Record<string, JsonSchema>> = {
  Sessions: object({
    sessions: { type: 'array', items: object(summary) },
    nextCursor: { type: ['string', 'null'] },
  }),
  Session: object({
    ...summary,
    turns: { type: 'array', items: turn },
    usage: { $ref: '#/components/schemas/RunUsage' },
  }),
};
