import '../local/lambda-shim.ts';
import { Writable } from 'node:stream';
import middy from '@middy/core';
import { executionModeStreamifyResponse } from '@middy/core/StreamifyResponse';
import { runAgent } from '../functions/run-agent.ts';
import { jsonResponse } from '../lib/http/response/json-response.ts';
import type { HttpEvent } from '../lib/http/types.ts';
import type { RunAnswer } from '../lib/run/answer.ts';
import { context, httpEvent } from '../test/functions/invoke.ts';
import { functionParts } from '../test/functions/parts.ts';
import { median } from './median.ts';
import type { Section } from './section.ts';

const REQUESTS = 4_000;
const WARM_UP = 2_000;

type Streaming = (event: HttpEvent, stream: Writable, context: object) => Promise<unknown>;

const ANSWER: RunAnswer = {
  runId: 'run_00000000000000000000000000',
  status: 'succeeded',
  output: 'Done.',
  agent: 'assistant',
  model: 'claude-sonnet-5-5',
  stopReason: 'end_turn',
  usage: {
    modelCalls: 1,
    toolCalls: 0,
    inputTokens: 100,
    outputTokens: 20,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 0,
    costUsd: '0.0005',
  },
  degraded: null,
  cache: 'bypass',
  durationMs: 1,
};

const run = async (body: string | null): Promise<RunAnswer> => {
  const { task } = JSON.parse(body ?? '') as { task: string };
  if (task === '') throw new Error('There is no task.');
  return ANSWER;
};

/** No middleware at all: the body is parsed and the answer written. */
const bare: Streaming = async ({ body }, stream) => {
  stream.end(JSON.stringify(await run(body)));
};

const bareMiddy = middy({ executionMode: executionModeStreamifyResponse, timeoutEarlyInMillis: 0 }).handler(
  async (event: unknown) => jsonResponse(await run((event as HttpEvent).body)),
) as unknown as Streaming;

const microseconds = async (handler: Streaming): Promise<number> => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  const event = httpEvent();
  const began = performance.now();
  await handler(event, stream, context);
  return (performance.now() - began) * 1_000;
};

/** Measures what the middleware of `run-agent` costs a request whose run takes no time, stores nothing and is logged into memory. */
export const middlewareOverhead = async (): Promise<Section> => {
  const parts = functionParts(async () => ANSWER);
  const contenders = {
    'a function without Middy': bare,
    'Middy without middleware': bareMiddy,
    'run-agent': runAgent(parts) as unknown as Streaming,
  };
  const times = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]));
  for (let request = 0; request < WARM_UP + REQUESTS; request += 1) {
    for (const [name, handler] of Object.entries(contenders)) {
      const taken = await microseconds(handler);
      if (request >= WARM_UP) times.get(name)?.push(taken);
    }
    parts.lines.length = 0;
  }
  const medianOf = (name: string) => median(times.get(name) ?? []);
  const base = medianOf('Middy without middleware');
  return {
    title: 'Middleware',
    columns: ['handler', 'µs a request', 'of Middy without middleware', 'above it, µs'],
    rows: [...times.keys()].map((name) => [
      name,
      medianOf(name).toFixed(0),
      (medianOf(name) / base).toFixed(2),
      (medianOf(name) - base).toFixed(0),
    ]),
    meaning:
      `Each handler answers the same request, in one process by turns; medians of ${REQUESTS} after ${WARM_UP} to warm up. ` +
      '`run-agent` is the real chain of all its middleware around a run that ' +
      'takes no time: what it has above Middy is what all of it costs a request. No limit is set.',
    breaches: [],
  };
};
