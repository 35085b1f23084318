import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dispatch } from '../../../../local/cli/dispatch.ts';
import { SMOKE_CHECKS } from '../../../../local/cli/smoke/checks.ts';
import { systemClock } from '../../../../local/system-clock.ts';
import { ROOT } from '../../../made-once.ts';
import { ballast } from '../served.ts';
import { createShell } from '../shell.ts';
import { type Fault, startFaultyProxy } from './faulty-proxy.ts';
import { failed, hasty, saidOf, type SmokedStage, smokeStage, startSmokedStage } from './smoke-stage.ts';

let stage: SmokedStage;
let { server, proxy, receiver } = {} as SmokedStage;
beforeAll(async () => {
  stage = await startSmokedStage();
  ({ server, proxy, receiver } = stage);
});
afterAll(() => stage[Symbol.asyncDispose]());

describe('a stage that does what it should', () => {
  it('passes every check, through a proxy that adds nothing, for a fraction of a cent', async () => {
    proxy.fault = {};
    const { code, err, report } = await smokeStage('--silence 1 --patience 120', proxy.url);
    expect(report.checks.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
    expect(report.checks.map(({ check }) => check)).toEqual(Object.keys(SMOKE_CHECKS));
    expect({ code, verdict: report.verdict }).toEqual({ code: 0, verdict: 'ok' });
    expect(err).toBe(`Calls ${proxy.url}, for less than a cent where a real model answers.\n`);
    expect(report.costUsd).toMatch(/^0\.000\d+$/);
    // To the last digit, since nobody else has spent.
    expect(saidOf(report, 'books')).toBe(`$${report.costUsd} of 5 calls, and nothing else.`);
    expect(saidOf(report, 'alarms')).toMatch(/^\d+ made; on: none; they reach webhook\.$/);
    expect(receiver.messages).toEqual([]);
  });

  it('is left as it was: no run goes on, the key is revoked, the tenant suspended and every circuit closed', async () => {
    const admin = { headers: { 'x-api-key': 'ballast-dev-admin-key' } };
    const { runs } = (await (await server.ask('/agent/runs?limit=100')).json()) as { runs: { status: string }[] };
    expect(runs.length).toBeGreaterThan(3);
    const unfinished = ['queued', 'running', 'awaiting_budget', 'awaiting_approval'];
    expect(runs.filter(({ status }) => unfinished.includes(status))).toEqual([]);
    expect(await (await server.ask('/admin/tenants/smoke', admin)).json()).toMatchObject({ status: 'suspended' });
    expect(await (await server.ask('/admin/tenants/smoke/keys', admin)).json()).toMatchObject({ keys: [] });
    const { circuits } = (await (await server.ask('/admin/circuits', admin)).json()) as {
      circuits: { state: string }[];
    };
    expect(new Set(circuits.map(({ state }) => state))).toEqual(new Set(['closed']));
  });
});

it('a check that is skipped fails where it is required', async () => {
  proxy.fault = {};
  const skipped = await smokeStage('--only books', proxy.url);
  expect([skipped.code, skipped.report.checks.map(({ verdict }) => verdict)]).toEqual([0, ['skip']]);
  const required = await smokeStage('--only live,books --require books', proxy.url);
  expect([required.code, failed(required.report)]).toEqual([1, ['books']]);
});

it('a tenant smoke of somebody else is left as it is', async () => {
  const headers = { 'x-api-key': 'ballast-dev-admin-key', 'content-type': 'application/json' };
  const put = (body: object) =>
    server.ask('/admin/tenants/smoke', { method: 'PUT', headers, body: JSON.stringify(body) });
  expect((await put({ name: 'Smoke and Sons', dailyBudgetUsd: '7' })).status).toBe(200);
  const { code, report } = await smokeStage('--only limits', server.url);
  expect([code, failed(report)]).toEqual([1, ['limits']]);
  const left = (await (await server.ask('/admin/tenants/smoke', { headers })).json()) as object;
  expect(left).toMatchObject({ name: 'Smoke and Sons', dailyBudgetUsd: '7', status: 'active' });
  await put({ name: 'Smoke test' });
});

const LAMBDA_TIMEOUT = { status: 504, body: '{"message": "Endpoint request timed out"}' };
const MISSING = { status: 403, body: '{"message": "Missing Authentication Token"}' };

interface Planted {
  readonly title: string;
  readonly fault: Fault;
  readonly words: string;
  /** Those that fail, and no others of those that were asked for. */
  readonly fails: readonly string[];
  readonly says: RegExp;
}

const PLANTED: readonly Planted[] = [
  {
    title: 'that holds streams back',
    fault: { holdsBack: true },
    words: '--only live,watch,silence --patience 2 --silence 1',
    fails: ['watch', 'silence'],
    says: /holds the stream back/,
  },
  {
    title: 'that cuts what is quiet for longer than 29 of 35 seconds',
    fault: { cutsAfterMs: 2_900 },
    words: '--only live,watch,silence,long-answer --silence 4 --patience 60',
    fails: ['silence', 'long-answer'],
    says: /The stream ends before run\.cancelled, after [\d.]+ s: something cuts it\./,
  },
  {
    title: 'that ends streams early as if they were whole',
    fault: { endsAfterBytes: 150 },
    words: '--only run,stream,messages,message-stream',
    fails: ['stream', 'message-stream'],
    says: /The stream ends before the run/,
  },
  {
    title: 'that gives up on an answer of 29 s',
    fault: { answers: ({ headers }) => (headers['prefer'] === undefined ? null : LAMBDA_TIMEOUT) },
    words: '--only long-answer,budget --silence 1',
    fails: ['long-answer'],
    says: /after [\d.]+ s, is answered with 504 .*, and not with 202/,
  },
  {
    title: 'that knows one route less',
    fault: { answers: ({ url = '' }) => (url.endsWith('/trace') ? MISSING : null) },
    words: '--only routes,not-found,headers',
    fails: ['routes'],
    says: /^\/agent\/runs\/\{runId\}\/trace answers PATCH with 403, and not with 405\.$/,
  },
  {
    title: 'whose own answers have another form',
    fault: { answers: ({ url = '' }) => (url.startsWith('/nothing') ? { ...MISSING, status: 404 } : null) },
    words: '--only routes,not-found',
    fails: ['not-found'],
    says: /no not-found/,
  },
  {
    title: 'that drops the id of a request',
    fault: { drops: ['request-id'] },
    words: '--only live,not-found,headers,messages',
    fails: ['not-found', 'headers', 'messages'],
    says: /without request-id/,
  },
  {
    title: 'that drops headers of security',
    fault: { drops: ['strict-transport-security'] },
    words: '--only headers,pages',
    fails: ['headers'],
    says: /lacks strict-transport-security/,
  },
  {
    title: 'that drops what a 405 takes',
    fault: { drops: ['allow'] },
    words: '--only live,routes,headers',
    fails: ['routes', 'headers'],
    says: /answers PATCH with 405/,
  },
  {
    title: 'that forgets the key of a repeated request',
    fault: { drops: ['>idempotency-key'] },
    words: '--only run,idempotency',
    fails: ['idempotency'],
    says: /made a second run/,
  },
  {
    title: 'that drops the mark of a repeated answer',
    fault: { drops: ['idempotency-replayed'] },
    words: '--only run,idempotency',
    fails: ['idempotency'],
    says: /lacks idempotency-replayed/,
  },
  {
    title: 'that has a key of its own for everybody',
    fault: {
      answers: ({ url, headers }) =>
        url === '/agents' && headers['x-api-key'] !== 'ballast-dev-key' ? { status: 200, body: '{}' } : null,
    },
    words: '--only credentials,live',
    fails: ['credentials'],
    says: /A key that is none is answered with 200 .*, and not with 401/,
  },
  {
    title: 'that answers large bodies in its own words',
    fault: {
      answers: ({ headers }) =>
        Number(headers['content-length']) > 10_000_000 ? { status: 413, body: '{"message":"Request Too Long"}' } : null,
    },
    words: '--only sizes,live',
    fails: ['sizes'],
    says: /A body of 11 MB at \/agent\/run is answered with .*, and no payload-too-large/,
  },
  {
    title: 'that does not pass compression on',
    fault: { drops: ['>accept-encoding'] },
    words: '--only pages,live',
    fails: ['pages'],
    says: /lacks content-encoding/,
  },
  {
    title: 'that drops when to come again',
    fault: { drops: ['retry-after'] },
    words: '--only limits,budget',
    fails: ['limits'],
    says: /429 lacks retry-after/,
  },
  {
    title: 'that spends what may not be spent',
    fault: {
      answers: ({ url, method }) => (url === '/agent/run' && method === 'POST' ? { status: 200, body: '{}' } : null),
    },
    words: '--only budget,models',
    fails: ['budget'],
    says: /A run that may cost nothing is answered with 200 .*, and not with 402/,
  },
];

describe('something between the client and the stage', () => {
  it.each(PLANTED)('$title is found by its name', async ({ fault, words, fails, says }) => {
    proxy.fault = fault;
    const { code, report } = await smokeStage(words, proxy.url);
    expect(failed(report)).toEqual(fails);
    expect({ code, verdict: report.verdict }).toEqual({ code: 1, verdict: 'fail' });
    expect(saidOf(report, fails[0] ?? '')).toMatch(says);
  });

  it('that shows old books is found, after they had time', async () => {
    const old = JSON.stringify({ day: {}, month: { spentUsd: '0' } });
    proxy.fault = { answers: ({ url }) => (url === '/usage/budget' ? { status: 200, body: old } : null) };
    const { report } = await smokeStage('--only run,books', proxy.url, hasty);
    expect(failed(report)).toEqual(['books']);
    expect(saidOf(report, 'books')).toMatch(
      /^Its 1 calls say that they cost \$0\.\d+; the records of usage have \$0\.\d+, and the budgets \$0\.$/,
    );
  });
});

describe('what cannot be seen', () => {
  it('is the administration, from an address that adminIps does not list, and fails nothing', async () => {
    const FORBIDDEN = { status: 403, body: '{"code": "forbidden", "detail": "Not from this address."}' };
    proxy.fault = { answers: ({ url = '' }) => (url.startsWith('/admin/') ? FORBIDDEN : null) };
    const closed = await smokeStage('--only routes', proxy.url, hasty);
    expect(closed.code).toBe(0);
    expect(saidOf(closed.report, 'routes')).toMatch(/^\d+ paths, \d+ of them closed to this address \(adminIps\)\.$/);
    // Elsewhere it is what API Gateway says where there is no such path.
    proxy.fault = { answers: ({ url = '' }) => (url.startsWith('/sessions') ? FORBIDDEN : null) };
    expect(failed((await smokeStage('--only routes', proxy.url, hasty)).report)).toEqual(['routes']);
  });

  it('is skipped, with the reason, and fails nothing', async () => {
    const made = await server.ask('/admin/tenants/demo/keys', {
      method: 'POST',
      headers: { 'x-api-key': 'ballast-dev-admin-key', 'content-type': 'application/json' },
      body: '{"name": "reader", "scopes": ["runs:read"]}',
    });
    const { key } = (await made.json()) as { key: string };
    const { code, report } = await smokeStage(`--only live,run,messages,books --key ${key}`, server.url);
    expect(code).toBe(0);
    expect(report.checks.map(({ check, verdict, says }) => [check, verdict, says]).slice(1)).toEqual([
      ['run', 'skip', 'The key lacks runs:write.'],
      ['messages', 'skip', 'The key lacks messages:write.'],
      ['books', 'skip', 'The key lacks usage:read.'],
    ]);
    expect(JSON.stringify(report)).not.toContain(key);
  });

  it('because a kept connection was closed just then is asked once more', async () => {
    let calls = 0;
    const fetch = ((...given: Parameters<typeof globalThis.fetch>) => {
      calls += 1;
      const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
      return calls === 1 ? Promise.reject(new TypeError('fetch failed', { cause: reset })) : globalThis.fetch(...given);
    }) as typeof globalThis.fetch;
    const { shell } = createShell({ fetch, clock: systemClock });
    expect(await dispatch(['smoke', '--only', 'live', '--url', server.url], shell)).toBe(0);
    expect(calls).toBe(3);
  });

  it('is said of a stage that nobody answers for', async () => {
    const gone = await startFaultyProxy(server.url);
    await gone[Symbol.asyncDispose]();
    const { code, report } = await smokeStage('--only live,routes --key k', gone.url);
    expect(code).toBe(1);
    expect(report.checks.map(({ says }) => says)).toEqual(Array(2).fill('The connection broke (ECONNREFUSED).'));
  });
});

it.each([
  [['--silence', '0'], '--silence is a whole number of seconds from 1 to 900.'],
  [['--only', 'nothing'], '--only takes checks, and nothing is none: live, health'],
  [['dev'], 'It takes no dev.'],
])('is not called with %j', async (words, sentence) => {
  const { code, err, asked } = await ballast(['smoke', ...words]);
  expect({ code, asked }).toEqual({ code: 2, asked: [] });
  expect(err).toContain(sentence);
});

it('docs/deploy.md has every check, in its order, in the words of the code', () => {
  const [, section = ''] = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8').split('\n## After each deployment\n');
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([\w-]+)` *\| (.*?) *\|$/gm)];
  expect(rows.map(([, check, what]) => [check, what])).toEqual(
    Object.entries(SMOKE_CHECKS).map(([check, { what }]) => [check, what]),
  );
});
