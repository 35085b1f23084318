import { expect, it } from 'vitest';
import { RUNBOOK } from '../../../lib/alerts/alarm/runbook.ts';
import { ballast } from './served.ts';

const ACME = { tenantId: 'acme', name: 'Acme', status: 'active', dailyBudgetUsd: '5', updatedAt: 'a' };
const NONE = { detail: 'There is no tenant of this id.', code: 'not-found', requestId: 'req_1' };

it('tenants set sends what is named alone, and shows what changed', async () => {
  const after = { ...ACME, dailyBudgetUsd: '6', updatedAt: 'b' };
  const words = [
    'tenants',
    'set',
    'acme',
    'dailyBudgetUsd=6',
    'allowedModels=["m"]',
    'name=Acme',
    'requestsPerMinute=3',
  ];
  const { code, asked, out } = await ballast(words, [Response.json(ACME), Response.json(after)]);
  expect({ code, out }).toEqual({ code: 0, out: 'acme is changed:\ndailyBudgetUsd  5 -> 6\n' });
  expect(asked[1]).toMatchObject({
    method: 'PATCH',
    url: 'http://localhost:3000/admin/tenants/acme',
    body: { dailyBudgetUsd: '6', allowedModels: ['m'], name: 'Acme', requestsPerMinute: 3 },
  });
});

it('tenants set makes a tenant that is not there, and lifts a limit by null', async () => {
  const words = ['tenants', 'set', 'acme', 'dailyBudgetUsd=null'];
  const { asked, out } = await ballast(words, [Response.json(NONE, { status: 404 }), Response.json(ACME)]);
  expect(asked[1]).toMatchObject({ method: 'PUT', body: { dailyBudgetUsd: null } });
  expect(out).toMatch(/^acme is made:\n/);
});

it('tenants set makes none where the server only cannot say whether it is there', async () => {
  const problem = { detail: 'The store does not answer.', code: 'store-unavailable', requestId: 'req_1' };
  const { code, asked } = await ballast(['tenants', 'suspend', 'acme'], [Response.json(problem, { status: 503 })]);
  expect([code, asked.length]).toEqual([1, 1]);
});

it.each([['--json'], []])('tenants shows all there are, page after page (%s)', async (...options) => {
  const named = (...ids: readonly string[]) => ids.map((tenantId) => ({ ...ACME, tenantId }));
  const pages = [
    { tenants: named('a', 'b'), nextCursor: 'b c' },
    { tenants: named('c'), nextCursor: 'c' },
    { tenants: named('d'), nextCursor: null },
  ];
  const { code, asked, out } = await ballast(
    ['tenants', ...options],
    pages.map((page) => Response.json(page)),
  );
  expect(code).toBe(0);
  expect(asked.map(({ url }) => url.slice('http://localhost:3000'.length))).toEqual([
    '/admin/tenants?limit=1000',
    '/admin/tenants?limit=1000&cursor=b+c',
    '/admin/tenants?limit=1000&cursor=c',
  ]);
  const shown =
    options.length > 0
      ? (JSON.parse(out) as { tenants: (typeof ACME)[] }).tenants.map(({ tenantId }) => tenantId)
      : out
          .trim()
          .split('\n')
          .slice(1)
          .map((row) => row.slice(0, 1));
  expect(shown).toEqual(['a', 'b', 'c', 'd']);
});

it.each([
  [['--limit', '2'], 'n', true],
  [['--limit', '2'], null, false],
  [['--all'], null, false],
])('runs %j says that there are more where there are', async (words, nextCursor, isMore) => {
  const run = { runId: 'run_1', status: 'queued', agent: 'a', mode: 'async', userId: null, createdAt: 'x' };
  const { err, out } = await ballast(['runs', ...words], [Response.json({ runs: [run, run], nextCursor })]);
  expect(err.includes('There are more: --limit shows so many, --all every one.\n')).toBe(isMore);
  expect(out).not.toContain('There are more');
});

it('tenants suspend makes no tenant', async () => {
  const { code, asked, err } = await ballast(['tenants', 'suspend', 'acmee'], [Response.json(NONE, { status: 404 })]);
  expect([code, asked.length, err]).toEqual([1, 1, expect.stringContaining('There is no tenant of this id.')]);
});

it('usage says in one sentence why it prints nothing', async () => {
  const problem = { detail: 'The key is not known.', code: 'unauthenticated', requestId: 'req_1' };
  const refused = await ballast(['usage'], [Response.json(problem, { status: 401 })]);
  expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/^[^\n]*The key is not known\.[^\n]*\n/)]);
  const absent = await ballast(['usage'], [new Error('refused')]);
  expect([absent.code, absent.err]).toEqual([1, expect.stringMatching(/^Nothing answers at [^\n]*\n$/)]);
});

it('usage says below its table what is left of the budget of the stage, where it has one', async () => {
  const totals = { requests: 2, costUsd: '3.2' };
  const page = (stageBudget: object | null, nextCursor: string | null = null) =>
    Response.json({ totals, groups: [{ key: 'acme', ...totals }], nextCursor, stageBudget });
  const left = { remainingUsd: '6.3', forecastUsd: null, resetsAt: '2026-11-21T00:00:00.000Z' };
  const budget = { limitUsd: '10', spentUsd: '3.2', reservedUsd: '0.5', ...left };
  const table = await ballast(['usage', '--admin'], [page(budget, 'c1'), page(budget)]);
  expect(table.out).toMatch(
    /\ntotal .*\n\nBudget of the stage today: \$3\.2 of \$10 spent, \$0\.5 reserved, \$6\.3 left until 2026-11-21T00:00:00\.000Z\n$/,
  );
  const json = await ballast(['usage', '--admin', '--json'], [page(budget)]);
  expect(JSON.parse(json.out)).toMatchObject({ stageBudget: budget });
  expect((await ballast(['usage', '--admin'], [page(null)])).out).toMatch(/\ntotal .*\n$/);
});

it('keys make prints the key alone, and about it beside', async () => {
  const made = { keyId: 'key_1', key: 'bk_secret', scopes: ['runs:read'] };
  const words = ['keys', 'make', 'acme', '--name', 'ci', '--scopes', 'runs:read,runs:write', '--daily-budget-usd', '2'];
  const { asked, out, err } = await ballast(words, [Response.json(made, { status: 201 })]);
  expect(out).toBe('bk_secret\n');
  expect(err).not.toContain('bk_secret');
  expect(asked[0]?.body).toEqual({ name: 'ci', scopes: ['runs:read', 'runs:write'], dailyBudgetUsd: '2' });
});

it.each([
  [['keys', 'revoke', 'acme', 'key_1'], 'DELETE', '/admin/tenants/acme/keys/key_1', undefined],
  [['rests', 'end', 'anthropic/a/b'], 'DELETE', '/admin/rests/anthropic%2Fa%2Fb', undefined],
  [['circuits', 'isolate', 'tool/a'], 'PUT', '/admin/circuits/tool%2Fa', { state: 'isolated' }],
  [
    ['circuits', 'isolate', 'tool/a', '--reason', 'Too slow.'],
    'PUT',
    '/admin/circuits/tool%2Fa',
    { state: 'isolated', reason: 'Too slow.' },
  ],
  [['circuits', 'close', 'tool/a'], 'PUT', '/admin/circuits/tool%2Fa', { state: 'closed' }],
  [['runs', 'cancel', 'run_1'], 'POST', '/agent/runs/run_1/cancel', {}],
  [['runs', 'resume', 'run_1', '--max-cost-usd', '2'], 'POST', '/agent/runs/run_1/resume', { maxCostUsd: '2' }],
  [['runs', 'deny', 'run_1', 'toolu_1'], 'POST', '/agent/runs/run_1/approvals/toolu_1', { decision: 'deny' }],
])('%j asks for just that', async (words, method, path, body) => {
  const answer = body === undefined ? new Response(null, { status: 204 }) : Response.json({ name: 'a', state: 'b' });
  const { code, asked } = await ballast(words, [answer]);
  expect(code).toBe(0);
  expect(asked).toMatchObject([
    { method, url: `http://localhost:3000${path}`, ...(body === undefined ? {} : { body }) },
  ]);
});

it('approves the only call that waits, and asks which where there are several', async () => {
  const run = (...ids: readonly string[]) => Response.json({ approvals: ids.map((toolUseId) => ({ toolUseId })) });
  const one = await ballast(['runs', 'approve', 'run_1'], [run('toolu_1'), new Response(null, { status: 204 })]);
  expect(one.asked[1]).toMatchObject({ url: 'http://localhost:3000/agent/runs/run_1/approvals/toolu_1' });
  const two = await ballast(['runs', 'approve', 'run_1'], [run('toolu_1', 'toolu_2')]);
  expect([two.code, two.err]).toEqual([
    2,
    expect.stringMatching(/^Several calls wait: name one of toolu_1, toolu_2\./),
  ]);
  const none = await ballast(['runs', 'approve', 'run_1'], [run()]);
  expect([none.code, none.err]).toEqual([1, 'Nothing of this run waits for a person.\n']);
});

it('lists runs over pages to the number that is asked for, and says so while it goes on', async () => {
  const page = (from: number, count: number, nextCursor: string | null) =>
    Response.json({
      runs: Array.from({ length: count }, (_, at) => ({
        runId: `run_${from + at}`,
        createdAt: '2026-11-20T12:00:00.000Z',
      })),
      nextCursor,
    });
  const pages = [page(0, 100, 'c1'), page(100, 30, 'c2')];
  const { asked, out, err } = await ballast(['runs', '--limit', '130', '--json'], pages, { showsProgress: true });
  expect(err).toBe('There are more: --limit shows so many, --all every one.\n');
  expect((JSON.parse(out) as { runs: unknown[] }).runs).toHaveLength(130);
  expect(asked.map(({ url }) => new URL(url).search)).toEqual(['?limit=100', '?limit=30&cursor=c1']);
});

it('prints CSV over pages with one head', async () => {
  const csv = (text: string, next?: string) =>
    new Response(text, { headers: { 'content-type': 'text/csv', ...(next && { 'next-cursor': next }) } });
  const { out } = await ballast(['usage', '--csv'], [csv('a,b\n1,2\n', 'c1'), csv('a,b\n3,4\n')]);
  expect(out).toBe('a,b\n1,2\n3,4\n');
});

it('prints CSV of whatever end users are called without what a terminal would act on', async () => {
  const row = 'acme,"\u001b[31mred\r\u0007\u009b2J",1\r\n';
  const csv = new Response(`tenant,user,requests\r\n${row}acme,'=1+1,2\r\n`, {
    headers: { 'content-type': 'text/csv' },
  });
  const { out } = await ballast(['usage', '--csv'], [csv]);
  expect(out).toBe('tenant,user,requests\r\nacme,"\ufffd[31mred\ufffd\ufffd\ufffd2J",1\r\nacme,\'=1+1,2\r\n');
});

it('prints JSON that a terminal may show, and that says the same', async () => {
  const body = { circuits: [{ name: 'tool/\u009b2J\u202e', state: 'open' }] };
  const { out } = await ballast(['circuits', '--json'], [Response.json(body)]);
  expect(out).toContain('tool/\\u009b2J\\u202e');
  expect(JSON.parse(out)).toEqual(body);
});

const alarm = (name: string, made: boolean) => ({
  name,
  severity: 'ticket',
  means: `${name}!`,
  action: 'Look.',
  look: `npx ballast logs ${name}`,
  made,
});

it('alarms lists those that the stage makes, which of them are on, and with --all the others', async () => {
  const body = {
    targets: ['slack'],
    on: [{ name: 'errors', state: 'flapping' }],
    alarms: [alarm('errors', true), alarm('run-cost', true), alarm('daily-forecast', false)],
  };
  const words = ['alarms', '--url', 'https://x.example/dev', '--key', 'k'];
  const some = await ballast(words, [Response.json(body)]);
  expect(some.asked).toMatchObject([{ url: 'https://x.example/dev/admin/alarms' }]);
  expect(some.out).toBe(
    [
      'alarm     severity  state     means',
      'errors    ticket    flapping  errors!',
      'run-cost  ticket    -         run-cost!',
      '',
      'To look at errors: npx ballast logs errors',
      'Who is notified: slack. docs/alarms.md says what to do.',
      'This stage does not make daily-forecast.',
      '',
    ].join('\n'),
  );
  const all = await ballast([...words, '--all'], [Response.json({ ...body, targets: [] })]);
  expect(all.out).toMatch(/\ndaily-forecast +ticket +not made +daily-forecast!\n/);
  expect(all.out).toContain('Who is notified: nobody.');
  const json = await ballast([...words, '--json'], [Response.json(body)]);
  expect(JSON.parse(json.out)).toMatchObject({
    alarms: [
      { name: 'errors', state: 'flapping' },
      { name: 'run-cost', state: null },
    ],
    off: ['daily-forecast'],
  });
});

it('alarms lists every one where nobody says which a stage makes', async () => {
  const refused = Response.json({ code: 'forbidden', detail: 'No.' }, { status: 403 });
  const health = Response.json({ checks: { alerts: { status: 'healthy', detail: 'nobody is notified' } } });
  const { code, out } = await ballast(['alarms', '--key', 'k'], [refused, health]);
  expect(code).toBe(0);
  for (const name of Object.keys(RUNBOOK)) expect(out).toContain(`\n${name} `);
  expect(out).toContain('Who is notified: nobody is notified.');
  expect(out).toContain('Which of them a stage makes, it tells an administrator.');
});

it('alarms test sends each target a message as an administrator, says where before, and ends as it went', async () => {
  const words = ['alarms', 'test', '--url', 'https://x.example/dev', '--key', 'k'];
  const targets = [
    { target: 'slack', delivered: true },
    { target: 'mail', delivered: false },
  ];
  const half = await ballast(words, [Response.json({ targets })]);
  expect(half.asked).toMatchObject([{ method: 'POST', url: 'https://x.example/dev/admin/alarms/test' }]);
  expect(half.err).toBe('Sends a test to the targets of https://x.example/dev.\n');
  expect([half.code, half.out]).toEqual([1, 'target  message\nslack   delivered\nmail    not delivered\n']);
  const whole = await ballast([...words, '--json'], [Response.json({ targets: targets.slice(0, 1) })]);
  expect([whole.code, JSON.parse(whole.out)]).toEqual([0, { targets: targets.slice(0, 1) }]);
  const mail = await ballast(words, [Response.json({ targets: [{ target: 'mail', delivered: true }] })]);
  expect(mail.out).toContain('mail    given to SNS, which mails it if the link in its first mail was followed\n');
  const nobody = await ballast(words, [Response.json({ targets: [] })]);
  expect([nobody.code, nobody.out]).toEqual([1, expect.stringContaining('Nobody is notified of alarms') as string]);
});

it('alarms test takes the key of an administrator, also of the local server', async () => {
  const { asked } = await ballast(['alarms', 'test'], [Response.json({ targets: [] })]);
  expect(asked[0]?.headers['x-api-key']).toBe('ballast-dev-admin-key');
});
