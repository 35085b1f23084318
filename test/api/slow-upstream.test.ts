import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stretchedClock } from '../stretched.ts';
import { neverAnswer, reply, resetBeforeHeaders, type ScriptedAnswer, status } from '../upstream/answers.ts';
import { endAfter, malformedAfter, pingsOnly, resetAfter, stallAfter } from '../upstream/broken.ts';
import type { SeenRequest } from '../upstream/recorder.ts';
import { messagesOnly, type ScriptedUpstream, startScriptedUpstream } from '../upstream/start-scripted-upstream.ts';
import { allEvents } from './sse.ts';
import { startServer, type TestServer } from './start-server.ts';

let upstream: ScriptedUpstream;
let server: TestServer;

/** What is left to answer to each task, by its name; the last answer repeats. Tasks are asked at the same time: most only wait. */
const scripts = new Map<string, ScriptedAnswer[]>();
const taskOf = ({ raw }: SeenRequest): string => /task-\d+/.exec(raw.toString('utf8'))?.[0] ?? '';
const byTask: ScriptedAnswer = (question) => {
  const seen = upstream.requests.find(({ requestId }) => requestId === question.requestId);
  const answers = scripts.get(seen === undefined ? '' : taskOf(seen)) ?? [];
  const answer = answers.length > 1 ? answers.shift() : answers[0];
  if (answer === undefined) throw new Error('a request of no task');
  return answer(question);
};

/** What to ask for those answers, of the one model that has no stand-in; and how often the upstream was asked it. */
const scripted = (...answers: ScriptedAnswer[]) => {
  const task = `task-${scripts.size + 1}`;
  scripts.set(task, answers);
  const attempts = () => upstream.requests.filter((request) => taskOf(request) === task).length;
  return { asked: { task, model: 'claude-haiku-4-5' }, attempts };
};

beforeAll(async () => {
  upstream = await startScriptedUpstream(stretchedClock, messagesOnly);
  upstream.script('*', [byTask]);
  server = await startServer({
    ANTHROPIC_API_KEY: 'key',
    ANTHROPIC_BASE_URL: upstream.url,
    MAX_RETRIES: '1',
    RETRY_BASE_DELAY_MS: '1',
    FIRST_TOKEN_TIMEOUT_MS: '900',
    STREAM_IDLE_TIMEOUT_MS: '600',
    CIRCUIT_FAILURE_THRESHOLD: '10000',
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await upstream.close();
});

const FAULTS: readonly (readonly [string, ScriptedAnswer, number, string])[] = [
  // By far the longest, so first.
  ['pings for ever', pingsOnly(50, reply('x')), 504, 'upstream-timeout'],
  ['accepts and never answers', neverAnswer(), 504, 'upstream-timeout'],
  ['stalls before its content', stallAfter(2, reply('x')), 504, 'upstream-timeout'],
  ['stalls in the middle', stallAfter(4, reply('half a story')), 504, 'upstream-timeout'],
  ['cuts its stream clean', endAfter(4, reply('half a story')), 502, 'upstream-error'],
  ['cuts its stream by reset', resetAfter(4, reply('half a story')), 502, 'upstream-error'],
  ['resets before its headers', resetBeforeHeaders(), 502, 'upstream-error'],
  ['sends an event that is no JSON', malformedAfter(3, reply('x')), 502, 'upstream-error'],
];

// Each test ends by the server's limits, not by its own: without them it would run into vitest's.
describe.concurrent.each(FAULTS)('an upstream that %s', (_title, answer, expected, code) => {
  it(`is given up after two attempts with ${expected} ${code}`, async ({ expect }) => {
    const { asked, attempts } = scripted(answer);
    const failed = await server.run(asked);
    expect(failed.status).toBe(expected);
    expect(await failed.json()).toMatchObject({ code, usage: { modelCalls: 0 } });
    expect(attempts()).toBe(2);
  });

  it('is told by a last event, never by a stream that just ends', async ({ expect }) => {
    const { asked } = scripted(answer);
    const events = await allEvents(await server.run(asked, { accept: 'text/event-stream' }));
    expect(events.at(-1)).toMatchObject({ event: 'run.failed', data: { code } });
  });

  it('is survived when the next attempt answers', async ({ expect }) => {
    const { asked } = scripted(answer, reply('whole'));
    expect(await (await server.run(asked)).json()).toMatchObject({ output: 'whole', usage: { modelCalls: 1 } });
  });
});

it('that asks to be left alone for longer than the deadline is not waited for', async () => {
  const { asked, attempts } = scripted(status(429, { headers: { 'retry-after': '5' } }));
  const failed = await server.run({ ...asked, timeoutMs: 2_000 });
  expect(failed.status).toBe(429);
  expect(await failed.json()).toMatchObject({ code: 'rate-limited', retryAfterMs: 5_000 });
  expect(attempts()).toBe(1);
});
