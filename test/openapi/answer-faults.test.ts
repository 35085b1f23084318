import { describe, expect, it } from 'vitest';
import { DONE } from '../functions/parts.ts';
import { bodyFaults, headFaults } from './answer-faults.ts';
import { DOCUMENT, mismatches, resolved } from './document.ts';

const RUN = { method: 'POST', path: '/agent/run' };
const MESSAGE = { method: 'POST', path: '/v1/messages' };
const WATCH = { method: 'GET', path: '/agent/runs/run_1/events' };
const json = { 'content-type': 'application/json', 'request-id': 'req_1' };
const problemType = { 'content-type': 'application/problem+json', 'request-id': 'req_1' };
const eventType = { 'content-type': 'text/event-stream', 'request-id': 'req_1' };
const problem = {
  type: 'urn:ballast:problem:budget-exceeded',
  title: 'a',
  status: 402,
  detail: 'b',
  code: 'budget-exceeded',
  requestId: 'req_1',
};
const envelope = { type: 'error', error: { type: 'api_error', message: 'a' }, request_id: 'req_1' };
const sent = (event: string, data: unknown) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

const faults = (
  asked: { readonly method: string; readonly path: string },
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string,
): readonly string[] => {
  const head = { status, header: (name: string) => headers[name] ?? null };
  return [...headFaults(asked, head), ...bodyFaults(asked, head, text)];
};

describe('an answer that is described', () => {
  it.each<[string, typeof RUN, number, Record<string, string>, string]>([
    ['a run', RUN, 200, json, JSON.stringify(DONE)],
    ['a run as events', RUN, 200, eventType, sent('run.started', { runId: 'a' }) + sent('run.succeeded', DONE)],
    ['a refusal', RUN, 402, problemType, JSON.stringify(problem)],
    ['a refusal under /v1', MESSAGE, 502, json, JSON.stringify(envelope)],
    ['a message’s event that nobody knows', MESSAGE, 200, eventType, sent('trace', { a: 1 })],
    ['comments, and an event that is still coming', WATCH, 200, eventType, ': events\n\nid: 1\nevent: run.que'],
    ['the head alone', { method: 'HEAD', path: '/health' }, 200, json, ''],
    [
      'a path that is none',
      { method: 'GET', path: '/none' },
      404,
      problemType,
      JSON.stringify({ ...problem, code: 'not-found' }),
    ],
    ['no body', { method: 'DELETE', path: '/sessions/a' }, 204, { 'request-id': 'a' }, ''],
    ['a name with slashes', { method: 'DELETE', path: '/admin/rests/a/b%2Fc' }, 204, { 'request-id': 'a' }, ''],
  ])('has no fault: %s', (_title, asked, status, headers, text) => {
    expect(faults(asked, status, headers, text)).toEqual([]);
  });
});

describe('an answer that is not described', () => {
  it.each<[string, typeof RUN, number, Record<string, string>, string, string]>([
    ['its status', RUN, 418, json, '{}', 'runAgent does not answer 418'],
    ['its content type', RUN, 200, { ...json, 'content-type': 'text/plain' }, JSON.stringify(DONE), 'content type'],
    ['a header that it lacks', RUN, 200, { 'content-type': 'application/json' }, JSON.stringify(DONE), 'request-id'],
    [
      'where a run can be seen',
      { method: 'POST', path: '/agent/runs' },
      202,
      json,
      '{"runId":"a","status":"queued"}',
      'location',
    ],
    ['a member that is missing', RUN, 200, json, JSON.stringify({ ...DONE, output: undefined }), 'output'],
    ['a member that nobody described', RUN, 200, json, JSON.stringify({ ...DONE, prompt: 'a' }), 'prompt'],
    ['one deep inside', RUN, 200, json, JSON.stringify({ ...DONE, usage: { ...DONE.usage, cost: 1 } }), 'usage'],
    ['money as a number', RUN, 200, json, JSON.stringify({ ...DONE, usage: { ...DONE.usage, costUsd: 1 } }), 'costUsd'],
    ['a code of another status', RUN, 402, problemType, JSON.stringify({ ...problem, code: 'internal' }), 'code'],
    ['a problem under /v1', MESSAGE, 502, problemType, JSON.stringify(problem), 'content type'],
    [
      'an envelope that names no request',
      MESSAGE,
      502,
      json,
      JSON.stringify({ ...envelope, request_id: undefined }),
      'request_id',
    ],
    ['no JSON', RUN, 200, json, 'x', 'the whole'],
    ['an event', RUN, 200, eventType, sent('run.paused', {}), 'run.paused'],
    ['an event’s data', RUN, 200, eventType, sent('text.delta', { words: 'a' }), 'text'],
    ['an event that another stream has', RUN, 200, eventType, sent('run.queued', {}), 'run.queued'],
    ['a body beside a 204', { method: 'DELETE', path: '/sessions/a' }, 204, { 'request-id': 'a' }, 'x', 'has a body'],
    [
      'a success where no operation is',
      { method: 'GET', path: '/none' },
      200,
      json,
      '{}',
      'GET /none does not answer 200',
    ],
  ])('has a fault: %s', (_title, asked, status, headers, text, says) => {
    expect(faults(asked, status, headers, text).join('\n')).toContain(says);
  });
});

const operations = Object.values(DOCUMENT.paths).flatMap((item) => Object.values(item));

it('each operation says how it refuses, by status and code, and never that it could be anything', () => {
  for (const { operationId, responses } of operations) {
    expect(responses['default'], operationId).toBeUndefined();
    for (const status of ['400', '429', '500']) expect(Object.keys(responses), operationId).toContain(status);
    for (const [status, given] of Object.entries(responses)) {
      const { description, headers } = resolved(given);
      expect(description, `${operationId} ${status}`).toBeTruthy();
      expect(Object.keys(headers ?? {}), `${operationId} ${status}`).toContain('request-id');
    }
  }
});

it('each example of a request’s body is what its schema describes', () => {
  const bodies = operations.flatMap(({ requestBody }) => Object.values(requestBody?.content ?? {}));
  expect(bodies.length).toBeGreaterThan(10);
  for (const { schema, example } of bodies) expect(mismatches(schema, example), JSON.stringify(schema)).toEqual([]);
});
