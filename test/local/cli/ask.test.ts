import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../../../local/cli/ask.ts';
import type { Shell } from '../../../local/cli/verb.ts';
import { createShell } from './shell.ts';

const ANSWER = {
  runId: 'run_01',
  status: 'succeeded',
  output: 'It is 391.',
  agent: 'assistant',
  model: 'claude-sonnet-5-5',
  stopReason: 'end_turn',
  usage: { modelCalls: 2, toolCalls: 1, costUsd: '0.0019' },
  degraded: null,
  cache: 'bypass',
  durationMs: 480,
};
const PROBLEM = {
  detail: 'There is no agent of this name.',
  code: 'invalid-request',
  requestId: 'req_01',
  errors: [{ path: 'agent', message: 'must be one of assistant' }],
};
const LINE = 'succeeded · assistant · claude-sonnet-5-5 · 2 model calls · 1 tool call · 0.48 s · $0.0019 · run_01\n';

const eventsOf = (...events: readonly (readonly [event: string, data: object])[]): Response =>
  new Response(events.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join(''), {
    headers: { 'content-type': 'text/event-stream' },
  });

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Asks, of a server that gives this answer; what was sent, and what was said. */
const asked = async (words: readonly string[], answer: Response, given: Partial<Shell> = {}) => {
  const sent: Sent[] = [];
  const fetch = (async (url: string, { headers, body }: { headers: Record<string, string>; body: string }) => {
    sent.push({ url, headers, body: JSON.parse(body) as unknown });
    return answer;
  }) as unknown as typeof globalThis.fetch;
  const { shell, said } = createShell({ fetch, ...given });
  const code = await ask.run(words, shell);
  return { code, sent, ...said };
};

describe('npm run ask', () => {
  it('prints the answer, and beside it one line about the run', async () => {
    const { code, out, err, sent } = await asked(['What is', '17 * 23?'], Response.json(ANSWER));
    expect({ code, out, err }).toEqual({ code: 0, out: 'It is 391.\n', err: LINE });
    expect(sent).toMatchObject([
      {
        url: 'http://localhost:3000/agent/run',
        headers: { 'x-api-key': 'ballast-dev-key' },
        body: { task: 'What is 17 * 23?' },
      },
    ]);
  });

  it('asks the agent, session and server that it was given', async () => {
    const words = ['--agent', 'researcher', '--session', 's-1', '--url', 'https://x.example/dev/', '--key', 'k', 'Hi'];
    const { sent } = await asked(words, Response.json(ANSWER));
    expect(sent).toMatchObject([
      {
        url: 'https://x.example/dev/agent/run',
        headers: { 'x-api-key': 'k' },
        body: { task: 'Hi', agent: 'researcher', sessionId: 's-1' },
      },
    ]);
  });

  it('prints the text as it comes, what tools do beside it, and where the model begins anew', async () => {
    const stream = eventsOf(
      ['run.started', { runId: 'run_01' }],
      ['tool.finished', { name: 'calculate', isError: true }],
      ['text.delta', { text: 'It was' }],
      ['text.reset', {}],
      ['text.delta', { text: 'It is ' }],
      ['text.delta', { text: '391.' }],
      ['run.succeeded', ANSWER],
    );
    const { code, out, err } = await asked(['--stream', 'Hi'], stream);
    expect({ code, out }).toEqual({ code: 0, out: 'It was\nIt is 391.\n' });
    expect(err).toBe(`(calculate failed)\n(the model begins anew)\n${LINE}`);
  });

  it('says what is out of the ordinary about an answer', async () => {
    const more = {
      degraded: { reason: 'upstream-overloaded', servedBy: 'fallback-model' },
      cache: 'hit',
      toolFallbacks: ['get_weather'],
      sessionId: 's-1',
      status: 'incomplete',
      stopReason: 'max_cost',
    };
    const { err } = await asked(['Hi'], Response.json({ ...ANSWER, ...more }));
    expect(err.split('\n')).toEqual([
      expect.stringMatching(/^incomplete \(max_cost\) · assistant/),
      'degraded: answered by fallback-model (upstream-overloaded)',
      'failed, with their fallback in place: get_weather',
      'from the cache',
      'session s-1',
      '',
    ]);
  });

  it.each([
    ['as JSON', ['Hi'], () => Response.json(PROBLEM, { status: 400 })],
    ['before the stream', ['--stream', 'Hi'], () => Response.json(PROBLEM, { status: 400 })],
    ['in the stream', ['--stream', 'Hi'], () => eventsOf(['run.failed', PROBLEM])],
  ])('fails with the sentence of a problem, its fields and what it is found by: %s', async (_when, words, answer) => {
    const { code, out, err } = await asked(words, answer());
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe('There is no agent of this name. (invalid-request, req_01)\n  agent must be one of assistant\n');
  });

  it('prints everything as JSON, and nothing else, on request', async () => {
    const { code, out, err } = await asked(['--json', 'Hi'], Response.json(ANSWER));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toEqual(ANSWER);
    expect(await asked(['--json', 'Hi'], Response.json(PROBLEM, { status: 400 }))).toMatchObject({ code: 1, err: '' });
  });

  it('takes the question from the standard input where there is none', async () => {
    const { sent } = await asked([], Response.json(ANSWER), { readInput: async () => 'From a pipe\n' });
    expect(sent).toMatchObject([{ body: { task: 'From a pipe' } }]);
  });

  it('lets no control sequence of an answer reach the terminal, whole or streamed', async () => {
    const output = 'red:\u001b[31m\u0007\nnext\tline';
    const whole = await asked(['Hi'], Response.json({ ...ANSWER, output }));
    expect(whole.out).toBe('red:\ufffd[31m\ufffd\nnext\tline\n');
    const streamed = await asked(
      ['--stream', 'Hi'],
      eventsOf(['text.delta', { text: output }], ['run.succeeded', ANSWER]),
    );
    expect(streamed.out).toBe(whole.out);
  });

  it('colours what it says, and nothing of the answer, where colours are wanted', async () => {
    const { out, err } = await asked(['Hi'], Response.json(ANSWER), { colours: true });
    expect(out).toBe('It is 391.\n');
    expect(err).toContain('\u001b[32msucceeded\u001b[0m');
  });

  it.each([
    [['--agnet', 'x', 'Hi'], "Unknown option '--agnet'. Did you mean --agent?"],
    [['--agent'], '--agent needs a value.'],
    [['--json', '--stream', 'Hi'], '--json and --stream exclude each other.'],
    [[], 'There is no question.'],
  ])('says what is wrong with %j', async (words, sentence) => {
    await expect(asked(words, Response.json(ANSWER))).rejects.toMatchObject({ name: 'Misused', message: sentence });
  });

  it.each([
    ['nothing answers there', ['Hi'], /^Nothing answers at http:\/\/localhost:3000: start it with npm run dev/],
    [
      'another host is down',
      ['--url', 'http://x.example', '--key', 'k', 'Hi'],
      /^Nothing answers at http:\/\/x.example \(ENOTFOUND\)/,
    ],
    ['it is no URL', ['--url', 'ftp://x', 'Hi'], /^--url must be an http or https URL/],
  ])('refuses in one sentence where %s', async (_why, words, sentence) => {
    const cause = { code: 'ENOTFOUND' };
    const fetch = () => Promise.reject(new TypeError('fetch failed', { cause }));
    await expect(asked(words, Response.json(ANSWER), { fetch })).rejects.toMatchObject({
      name: 'Refused',
      message: expect.stringMatching(sentence) as string,
    });
  });

  it.each([
    ['is no Ballast', ['Hi'], () => new Response('<html>', { status: 404 }), /is no Ballast/],
    ['does not stream', ['--stream', 'Hi'], () => Response.json(ANSWER), /does not stream/],
    ['stops', ['--stream', 'Hi'], () => eventsOf(['text.delta', { text: 'It' }]), /stopped before the answer ended/],
  ])('says so where what answers %s', async (_what, words, answer, sentence) => {
    await expect(asked(words, answer())).rejects.toThrow(sentence);
  });
});

describe('which server is asked', () => {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'ballast-ask-'));
    writeFileSync(join(directory, '.env'), 'PORT=3456\nBALLAST_DEV_API_KEY=of-the-file\n');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const ofServer = async (env: Shell['env']) => {
    const { sent } = await asked(['Hi'], Response.json(ANSWER), { directory, env });
    return [sent[0]?.url, sent[0]?.headers['x-api-key']];
  };

  it('is said by .env and, before it, by the environment', async () => {
    expect(await ofServer({})).toEqual(['http://localhost:3456/agent/run', 'of-the-file']);
    expect(await ofServer({ PORT: '3999', BALLAST_API_KEY: 'own' })).toEqual([
      'http://localhost:3999/agent/run',
      'own',
    ]);
    expect(await ofServer({ PORT: '0' })).toEqual(['http://localhost:3000/agent/run', 'of-the-file']);
  });
});
