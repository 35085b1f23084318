import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { runEvents } from '../../functions/run-events.ts';
import { createWatchRun, type Watching } from '../../lib/durable-run/watch-run.ts';
import { EVENT_STREAM_HEADERS } from '../../lib/http/response/event-stream.ts';
import type { HttpEvent } from '../../lib/http/types.ts';
import { createMemoryRunStore } from '../../lib/runs/memory-store.ts';
import { metadataOf } from '../../local/lambda-shim.ts';
import { createMemoryLog } from '../durable-run/memory-log.ts';
import { runRow } from '../durable-run/run-row.ts';
import { parseEvents } from '../durable-run/sent.ts';
import { context, httpEvent, invokeStreaming } from './invoke.ts';
import { functionParts } from './parts.ts';

const RUN = `run_${'0'.repeat(26)}`;
const FOREIGN = `run_${'1'.repeat(26)}`;

const setUp = async () => {
  const parts = functionParts(() => Promise.reject(new Error('nothing is run')));
  const memory = createMemoryLog();
  memory.write([{ event: 'run.queued', data: {} }]);
  memory.write([{ event: 'run.cancelled', data: { runId: RUN } }], true);
  const runs = createMemoryRunStore({ clock: parts.clock, retentionMs: 1_000 });
  await runs.add(runRow({ runId: RUN, tenantId: 'demo' }));
  await runs.add(runRow({ runId: FOREIGN, tenantId: 'other' }));
  const handler = runEvents({ ...parts, runs, watchRun: createWatchRun({ ...parts, log: memory.log }) });
  return { handler, memory, parts, runs, clock: parts.clock };
};

const of = (runId: string, over: Partial<HttpEvent> = {}): HttpEvent =>
  httpEvent({
    httpMethod: 'GET',
    path: `/agent/runs/${runId}/events`,
    pathParameters: { runId },
    headers: { 'x-api-key': 'good' },
    body: null,
    ...over,
  });

const watch = async (event: HttpEvent) => {
  const { handler, clock, memory } = await setUp();
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  await (handler as unknown as (...asked: unknown[]) => Promise<void>)(event, stream, context);
  const { statusCode, headers } = metadataOf(stream) ?? {};
  return { statusCode, headers, text, pending: clock.pending, reads: memory.reads };
};

it('shows a run of the caller’s tenant as events, with a request id', async () => {
  const { statusCode, headers, text, pending } = await watch(of(RUN));
  expect([statusCode, headers]).toMatchObject([
    200,
    { 'content-type': 'text/event-stream', 'request-id': expect.stringMatching(/^req_/) as string },
  ]);
  expect(parseEvents(text).events.map(({ id, event }) => [id, event])).toEqual([
    [1, 'run.queued'],
    [2, 'run.cancelled'],
  ]);
  expect(pending).toBe(0);
});

it('goes on after the last event that its client saw', async () => {
  const { text } = await watch(of(RUN, { headers: { 'x-api-key': 'good', 'Last-Event-ID': '1' } }));
  expect(parseEvents(text).events).toMatchObject([{ id: 2 }]);
});

it('answers HEAD without watching', async () => {
  const { statusCode, text, pending, reads } = await watch(of(RUN, { httpMethod: 'HEAD' }));
  expect({ statusCode, text, pending, reads }).toEqual({ statusCode: 200, text: '', pending: 0, reads: 0 });
});

it.each([
  ['of the stage', 860_000, 840_000],
  ['of the platform, less what the end may take', 60_000, 52_000],
])('is closed at the limit %s', async (_title, leftMs, closedAtMs) => {
  const { parts, runs } = await setUp();
  const watchings: Watching[] = [];
  const handler = runEvents({
    ...parts,
    runs,
    watchRun: async (_row, watching) => {
      watchings.push(watching);
      return { statusCode: 200, headers: EVENT_STREAM_HEADERS, body: '' };
    },
  });
  const clientSignal = new AbortController().signal;
  await invokeStreaming(handler, of(RUN), { getRemainingTimeInMillis: () => leftMs, clientSignal });
  expect(watchings).toMatchObject([{ limitMs: closedAtMs, signal: clientSignal }]);
});

it.each<[string, HttpEvent, number, string]>([
  ['a run of another tenant', of(FOREIGN), 404, 'not-found'],
  ['an unknown run', of(`run_${'2'.repeat(26)}`), 404, 'not-found'],
  ['what is no id of a run', of('run_x'), 404, 'not-found'],
  ['no key', of(RUN, { headers: {} }), 401, 'unauthenticated'],
  ['a key without the scope', of(RUN, { headers: { 'x-api-key': 'weak' } }), 403, 'forbidden'],
  ['another method', of(RUN, { httpMethod: 'POST' }), 405, 'method-not-allowed'],
  ['no id to go on from', of(RUN, { queryStringParameters: { after: 'x' } }), 400, 'invalid-request'],
  ['an id that is not there yet', of(RUN, { queryStringParameters: { after: '3' } }), 400, 'invalid-request'],
])('refuses %s with a status', async (_title, event, expected, code) => {
  const { handler } = await setUp();
  const { status, body } = await invokeStreaming(handler, event);
  expect([status, body['code']]).toEqual([expected, code]);
});
