import {
  answerHeader,
  body,
  eventStream,
  inHeader,
  inPath,
  inQuery,
  type Json,
  ok,
  requestBody,
} from '../operation.ts';

const runId = inPath('runId');
const eventId = { type: 'integer', minimum: 0, maximum: 9_999_999_999 };
const text = { type: 'string' };
const key = { type: 'string', minLength: 1, maxLength: 255 };
const when = { type: 'string', description: 'a day (UTC), or an instant in ISO 8601 UTC' };

const accepted = (description: string, schema: string, headers?: Json): Json => ok(description, schema, 202, headers);

const submitted = { ...answerHeader('location', 'Location'), ...answerHeader('idempotency-replayed', 'Replayed') };

/** The operations on asynchronous runs, and on runs that are kept. */
export const runPaths: Json = {
  '/agent/runs': {
    post: {
      summary: 'Submit a run that goes on by itself',
      parameters: [
        inHeader('Idempotency-Key', key),
        inHeader('Prefer', text, '`wait=N`: answer within N seconds, at most 60, with the run if it has ended by then'),
      ],
      requestBody: requestBody('AsyncRunRequest'),
      responses: {
        '200': { description: 'The run, which has ended', headers: submitted, ...body('Run') },
        ...accepted('Taken; `Location` says where the run can be seen', 'SubmittedRun', submitted),
      },
    },
    get: {
      summary: 'The runs of the tenant, newest first',
      parameters: [
        inQuery('status', { $ref: '#/components/schemas/RunStatus' }),
        inQuery('agent', text),
        inQuery('userId', text),
        inQuery('sessionId', text),
        inQuery('from', when),
        inQuery('to', when, 'a day is included as a whole'),
        inQuery('limit', { type: 'integer', minimum: 1, maximum: 100, default: 20 }),
        inQuery('cursor', text),
      ],
      responses: ok('A page', 'Runs'),
    },
  },
  '/agent/runs/{runId}': {
    get: {
      summary: 'A run',
      parameters: [
        runId,
        inQuery('include', { const: 'usage' }, 'of a run that goes on also what is settled, as `soFar`'),
      ],
      responses: ok('The run', 'Run'),
    },
  },
  '/agent/runs/{runId}/trace': {
    get: { summary: 'What a run did, step by step', parameters: [runId], responses: ok('The trace', 'Trace') },
  },
  '/agent/runs/{runId}/deliveries': {
    get: {
      summary: 'What webhooks were notified of a run, and how that went',
      parameters: [runId],
      responses: ok('Its deliveries, oldest first', 'Deliveries'),
    },
  },
  '/agent/runs/{runId}/events': {
    get: {
      summary: 'A run as Server-Sent Events, while it goes on',
      parameters: [
        runId,
        inQuery('after', eventId, 'only events with greater ids; 0: all'),
        inHeader('Last-Event-ID', eventId, 'as `after`, and instead of it'),
      ],
      responses: {
        '200': {
          description: 'Its events, each with an id; comments while nothing happens',
          content: eventStream('WatchedRunEvents'),
        },
      },
    },
  },
  '/agent/runs/{runId}/cancel': {
    post: {
      summary: 'End a run as cancelled; a model call in flight is aborted',
      parameters: [runId],
      responses: accepted('It is being cancelled', 'RunReference'),
    },
  },
  '/agent/runs/{runId}/messages': {
    post: {
      summary: 'Send a message, which the next model call reads',
      parameters: [runId, inHeader('Idempotency-Key', key, 'sent again, the message is there once')],
      requestBody: requestBody('RunMessage'),
      responses: accepted('Taken', 'TakenMessage'),
    },
  },
  '/agent/runs/{runId}/resume': {
    post: {
      summary: 'Have a run that waits for room in a budget go on, with a higher limit of its own if one is given',
      parameters: [runId],
      requestBody: requestBody('ResumeRequest', false),
      responses: accepted('It goes on', 'RunReference'),
    },
  },
  '/agent/runs/{runId}/approvals/{toolUseId}': {
    post: {
      summary: 'Decide on a tool call that waits for a person; needs the scope runs:approve',
      parameters: [runId, inPath('toolUseId')],
      requestBody: requestBody('DecisionRequest'),
      responses: { '204': { description: 'Decided' } },
    },
  },
  '/admin/tenants/{tenantId}/runs/cancel': {
    post: {
      summary: 'Cancel every unfinished run of a tenant; needs the scope admin',
      parameters: [inPath('tenantId')],
      responses: accepted('They are being cancelled', 'CancelledRuns'),
    },
  },
};
