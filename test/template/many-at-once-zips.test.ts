import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { FOREIGN, HTTP, OTHERS, pathsOf } from '../functions/events.ts';
import { type Call, eventOf } from './events-as-sent.ts';
import { type PermittedLambda, startPermittedLambda } from './lambda-api.ts';
import type { Answer } from './runtime/answer.ts';
import type { Environment } from './runtime/environment.ts';
import { administrator, startZips, type Zips } from './zips.ts';

/** As many as Lambda gives an environment of Managed Instances for each processor. */
const AT_ONCE = 64;

const LIMITS = {
  requestsPerMinute: 10_000,
  maxConcurrentRuns: 100,
  dailyBudgetUsd: '100',
};

interface Line {
  readonly message?: string;
  readonly requestId?: string;
  readonly function_request_id?: string;
  readonly status?: number;
}

const linesOf = (output: string): Line[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);

/** What its caller alone has said. */
const wordOf = (index: number): string => `word-${index}-of-its-own`;

/** What each function is asked, so that no two ask the same; each third has no credential. */
const callOf = (name: string, index: number, key: string): Call => {
  const headers: Record<string, string> =
    index % 3 === 0 ? {} : { 'x-api-key': key, 'content-type': 'application/json' };
  const say = `[[say:${wordOf(index)}]] [[delay:20]]`;
  if (name === 'run-agent')
    return {
      method: 'POST',
      path: '/agent/run',
      headers: { ...headers, ...(index % 2 === 0 ? { accept: 'text/event-stream' } : {}) },
      body: { task: say, userId: `user-${index}` },
    };
  if (name === 'messages')
    return {
      method: 'POST',
      path: '/v1/messages',
      headers,
      body: {
        model: 'claude-sonnet-5-5',
        max_tokens: 100,
        stream: index % 2 === 0,
        messages: [{ role: 'user', content: say }],
      },
    };
  const paths = pathsOf(name);
  const { path: resource = '/' } = paths[index % paths.length] ?? {};
  const path = resource.replaceAll(/\{\w+\+?\}/g, `x${index}`);
  const names = [...resource.matchAll(/\{(\w+)\+?\}/g)].map(([, parameter = '']) => [parameter, `x${index}`] as const);
  return { method: 'GET', path, resource, headers, pathParameters: Object.fromEntries(names) };
};

/** The words of callers in an answer; a stream may have one in pieces. */
const wordsIn = (body: string): string[] => {
  const pieces = [...body.matchAll(/"(?:text|delta)":"([^"]*)"/g)].map(([, text = '']) => text);
  return [...new Set(`${body} ${pieces.join('')}`.match(/word-\d+-of-its-own/g))];
};

describeOnDynamoDb(`each zip in an environment that takes ${AT_ONCE} events at once`, (engine) => {
  let zips: Zips;
  let lambda: PermittedLambda;
  let key = '';
  beforeAll(async () => {
    lambda = await startPermittedLambda();
    zips = await startZips(engine(), { AWS_ENDPOINT_URL_LAMBDA: lambda.url, LOG_LEVEL: 'INFO' });
    const tenant = { resource: '/admin/tenants/{tenantId}', path: '/admin/tenants/many', headers: administrator };
    const pathParameters = { tenantId: 'many' };
    const set = await zips.call('admin', { ...tenant, method: 'PUT', pathParameters, body: LIMITS });
    expect([set.statusCode, set.body]).toEqual([200, expect.anything()]);
    const made = await zips.call('admin', {
      method: 'POST',
      resource: `${tenant.resource}/keys`,
      path: `${tenant.path}/keys`,
      pathParameters,
      headers: administrator,
      body: { name: 'many', scopes: ['runs:write', 'runs:read', 'usage:read', 'messages:write'] },
    });
    expect([made.statusCode, made.body]).toEqual([201, expect.anything()]);
    ({ key } = JSON.parse(made.body) as { key: string });
  });
  afterAll(async () => {
    await zips.close();
    await lambda.close();
  });

  const atOnce = async <Event>(
    name: string,
    events: readonly Event[],
    check: (answers: readonly { readonly answer: Answer; readonly id: string; readonly event: Event }[]) => void,
    environmentEnds?: (environment: Environment) => Promise<void>,
  ) => {
    lambda.as(name);
    const environment = await zips.environmentForMany(name, AT_ONCE);
    try {
      await environment.ready;
      const begun = events.map((event) => ({ event, ...environment.begin(event) }));
      check(await Promise.all(begun.map(async ({ answer, id, event }) => ({ answer: await answer, id, event }))));
      await environmentEnds?.(environment);
    } finally {
      await environment.close();
    }
  };

  describe.each(HTTP)('%s', (name) => {
    it('answers each request with its own answer, and logs it under its own ids', async () => {
      const events = Array.from({ length: AT_ONCE }, (_, index) => eventOf(callOf(name, index, key)));
      const expected = new Map<string, string>();
      await atOnce(
        name,
        events,
        (answers) => {
          for (const [index, { answer, id, event }] of answers.entries()) {
            const { requestId } = (event as { requestContext: { requestId: string } }).requestContext;
            expected.set(requestId, id);
            expect([answer.kind, answer.headers['request-id']]).toEqual(['response', requestId]);
            const isCall = name === 'run-agent' || name === 'messages';
            const isLetIn = index % 3 !== 0;
            expect(wordsIn(answer.body)).toEqual(isCall && isLetIn ? [wordOf(index)] : []);
            if (isCall) expect(answer.statusCode).toBe(isLetIn ? 200 : 401);
          }
        },
        async (environment) => {
          const ended = () => linesOf(environment.output()).filter(({ message }) => /^request\b/.test(message ?? ''));
          // A thread writes by way of the process.
          await expect.poll(() => ended().length, { interval: 10 }).toBe(AT_ONCE);
          const told = ended().map(({ requestId = '', function_request_id }) => [requestId, function_request_id]);
          expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
          for (const line of linesOf(environment.output())) {
            if (line.requestId !== undefined) expect(line.function_request_id).toBe(expected.get(line.requestId));
          }
        },
      );
    });
  });

  describe.each(OTHERS)('%s', (name) => {
    it('ends well with each event', async () => {
      const foreign = Object.values(FOREIGN);
      const events = Array.from({ length: AT_ONCE }, (_, index) => foreign[index % foreign.length]);
      await atOnce(name, events, (answers) => {
        expect(new Set(answers.map(({ answer }) => answer.kind))).toEqual(new Set(['response']));
      });
    });
  });

  it('books each call once, and leaves nothing reserved', async () => {
    const { body } = await zips.call('report-usage', { path: '/usage/budget', headers: { 'x-api-key': key } });
    const { day } = JSON.parse(body) as { day: { reservedUsd: string; spentUsd: string } };
    expect([day.reservedUsd, Number(day.spentUsd) > 0]).toEqual(['0', true]);
    const calls = await zips.call('report-usage', { path: '/usage', headers: { 'x-api-key': key } });
    const { totals } = JSON.parse(calls.body) as { totals: { requests: number } };
    // Of each function two thirds had a credential.
    const asked = 2 * Array.from({ length: AT_ONCE }, (_, index) => index).filter((index) => index % 3 !== 0).length;
    expect(totals.requests).toBe(asked);
  });
});
