import { afterAll, beforeAll, expect, it } from 'vitest';
import { bookedName, pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import type { Call, RawCall } from './events-as-sent.ts';
import { firstInvocation } from './first-invocation.ts';
import { type PermittedLambda, startPermittedLambda } from './lambda-api.ts';
import { administrator, authorised, startZips, type Zips } from './zips.ts';

type Line = Readonly<Record<string, unknown>>;

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const traced = { traceparent: `00-${TRACE_ID}-b7ad6b7169203331-01` };
const WHO = 'canary@example.org';
const USER = bookedName(pseudonymOf(WHO));
const TASK = 'canary: what is 6 times 7?';
/** The first attempt fails, so that there is more to say than what canonical lines do. */
const strained = (fault: number) => `[[fault:${fault} times=1]] ${TASK}`;

/** Lines for people: each is one of JSON, and none is metrics. */
const linesOf = (output: string): Line[] =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => !('_aws' in line));

const titlesOf = (lines: readonly Line[]) => lines.map(({ message }) => message);

describeOnDynamoDb('what a packaged function logs at the level of prod', (engine) => {
  let zips: Zips;
  let lambda: PermittedLambda;
  /** All that was written, by which nothing of what was asked and answered may be known. */
  let written = '';
  beforeAll(async () => {
    lambda = await startPermittedLambda();
    const prod = { LOG_LEVEL: 'WARN', RETRY_BASE_DELAY_MS: '1', RETRY_MAX_DELAY_MS: '1' };
    zips = await startZips(engine(), { ...prod, AWS_ENDPOINT_URL_LAMBDA: lambda.url });
  });
  afterAll(async () => {
    await zips.close();
    await lambda.close();
  });

  const invocations = new Set<unknown>();
  /** What a call says, each line with what Lambda and its environment are: its own id of each invocation, and whether it was the first. */
  const log = async (name: string, request: Call | RawCall, isCold: boolean) => {
    lambda.as(name);
    const { output, headers, body, statusCode } = await zips.call(name, request);
    written += output;
    const lines = linesOf(output);
    const [{ function_request_id: invocation } = {}] = lines;
    if (lines.length > 0) {
      expect(invocation).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
      expect(invocations).not.toContain(invocation);
      invocations.add(invocation);
    }
    const ofProcess = { service: 'ballast', function: name, cold_start: isCold, function_request_id: invocation };
    for (const line of lines) expect(line).toMatchObject(ofProcess);
    return { lines, headers, body, statusCode };
  };
  /** The same of a request: each line has its id and its trace, and one is its canonical line. */
  const logOfRequest = async (name: string, request: Call, isCold: boolean) => {
    const answered = await log(name, request, isCold);
    const { lines, headers } = answered;
    const [{ traceId } = {}] = lines;
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    for (const line of lines) expect(line).toMatchObject({ requestId: headers['request-id'], traceId });
    const canonical = lines.filter(({ message }) => /^request( refused| failed)?$/.test(String(message)));
    expect(titlesOf(canonical)).toHaveLength(1);
    const [line = {}] = canonical;
    expect(line).toMatchObject({
      status: answered.statusCode,
      method: request.method ?? 'GET',
      durationMs: expect.any(Number) as number,
      memoryMb: expect.any(Number) as number,
    });
    return { ...answered, line };
  };
  const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}): Call => ({
    method: 'POST',
    path,
    headers: { ...authorised, ...headers },
    body,
  });

  const SPENT = {
    agent: 'assistant',
    user: USER,
    tenantId: 'demo',
    keyId: 'key-1',
    inputTokens: expect.any(Number) as number,
    outputTokens: expect.any(Number) as number,
    costUsd: expect.stringMatching(/^0\.\d+$/) as string,
    firstContentMs: expect.any(Number) as number,
  };

  it.each([
    ['as JSON', {}, true, 529],
    ['as events', { accept: 'text/event-stream' }, false, 500],
  ])(
    'of a run that is answered %s: a line of the run, one of the request, and each retry once',
    async (_how, accept, isCold, fault) => {
      const asked = post('/agent/run', { task: strained(fault), userId: WHO }, { ...traced, ...accept });
      const { lines, line, body } = await logOfRequest('run-agent', asked, isCold);
      const runId = /run_[0-9a-z]{26}/.exec(body)?.[0];
      expect(titlesOf(lines)).toEqual(['model attempted', 'model retried', 'run finished', 'request']);
      for (const each of lines) expect(each).toMatchObject({ runId, traceId: TRACE_ID });
      expect(lines[2]).toMatchObject({
        ...SPENT,
        status: 'succeeded',
        modelCalls: 2,
        toolCalls: 1,
        taskChars: strained(fault).length,
      });
      expect(line).toMatchObject({ ...SPENT, modelAttempts: 3 });
    },
  );

  it('of an asynchronous run: a line of its submission and one of its end, in one trace and under one id', async () => {
    const submitted = await logOfRequest(
      'submit-run',
      post('/agent/runs', { task: strained(502), userId: WHO }, traced),
      true,
    );
    const { runId } = JSON.parse(submitted.body) as { readonly runId: string };
    expect(titlesOf(submitted.lines)).toEqual(['request']);
    expect(submitted.line).toMatchObject({ runId, traceId: TRACE_ID, agent: 'assistant', user: USER, status: 202 });
    const event = firstInvocation(runId, lambda.started.at(-1)?.payload ?? '');
    const { lines } = await log('execute-run', { event }, true);
    expect(titlesOf(lines)).toEqual(['model attempted', 'model retried', 'run finished']);
    for (const line of lines)
      expect(line).toMatchObject({ runId, traceId: TRACE_ID, requestId: submitted.headers['request-id'] });
    expect(lines.at(-1)).toMatchObject({ ...SPENT, status: 'succeeded' });
  });

  it.each([
    ['as JSON', {}, true, 503],
    ['as events', { stream: true }, false, 504],
  ])('of a gateway call %s: its line, with whom it was for and what it cost', async (_how, more, isCold, fault) => {
    const body = {
      model: 'claude-sonnet-5-5',
      max_tokens: 64,
      messages: [{ role: 'user', content: strained(fault) }],
      metadata: { user_id: WHO },
      ...more,
    };
    const { lines, line } = await logOfRequest('messages', post('/v1/messages', body, traced), isCold);
    expect(titlesOf(lines)).toEqual(['model attempted', 'model retried', 'request']);
    expect(line).toMatchObject({
      ...SPENT,
      agent: 'gateway',
      modelAttempts: 2,
      runId: expect.stringMatching(/^run_/) as string,
    });
  });

  it.each<[string, string, Call, string]>([
    ['run-agent', 'without a key', { method: 'POST', path: '/agent/run', body: { task: TASK } }, 'unauthenticated'],
    ['run-agent', 'with a wrong field', post('/agent/run', { task: [TASK] }), 'invalid-request'],
    ['submit-run', 'for an unpriced model', post('/agent/runs', { task: TASK, model: 'canary' }), 'unpriced-model'],
    ['messages', 'without a model', post('/v1/messages', { messages: [] }), 'invalid-request'],
  ])('of a request to %s that is refused %s: one line, with why', async (name, _why, request, code) => {
    const { lines, line } = await logOfRequest(name, request, false);
    expect([titlesOf(lines), line['code']]).toEqual([['request refused'], code]);
  });

  it.each<[string, Call]>([
    ['list-agents', { path: '/agents', headers: authorised }],
    ['admin', { path: '/admin/tenants', headers: administrator }],
    ['report-usage', { path: '/usage/budget', headers: authorised }],
    ['sessions', { path: '/sessions', headers: authorised }],
    ['health', { path: '/health' }],
    ['describe-api', { path: '/openapi.json' }],
  ])('of a request to %s: its line', async (name, request) => {
    expect(titlesOf((await logOfRequest(name, request, true)).lines)).toEqual(['request']);
  });

  it('of a scheduled function nothing where it finds nothing, and else what it found', async () => {
    for (const name of ['reconcile-budgets', 'sweep-runs', 'deliver-webhooks'])
      expect((await log(name, { event: {} }, true)).lines).toEqual([]);
    zips.secrets.set('AnthropicSecret', '');
    const { lines } = await log('probe-dependencies', { event: {} }, true);
    expect(titlesOf(lines)).toContain('dependency probed');
    expect(lines.map(({ dependency }) => dependency)).toContain('secrets');
  });

  it('of what was asked and answered nothing, nor of any key', () => {
    expect(written).not.toBe('');
    expect(written).not.toMatch(/canary|6 times 7|whsec_|sk-ant|bk_/);
  });
});
