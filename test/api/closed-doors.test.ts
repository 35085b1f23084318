import { afterAll, beforeAll, expect, it } from 'vitest';
import { COMMON_HEADERS } from '../../lib/http/response/common-headers.ts';
import { reply } from '../upstream/answers.ts';
import { type Caller, type Fleet, startFleet } from './fleet.ts';
import { type Knock, knocks } from './routes.ts';

const MODEL = 'claude-sonnet-5-5';
const CALLS = ['/agent/run', '/v1/messages', '/v1/messages/count_tokens'];

const DOORS = knocks({ name: `anthropic/${MODEL}`, modelId: MODEL });

let fleet: Fleet;
let unlimited: Walked;
/** Doors that let in who has no limit. What is no request at the others is none for anybody. */
let open: readonly Knock[];
beforeAll(async () => {
  fleet = await startFleet();
  fleet.upstream.script('*', [reply()]);
  unlimited = await walk(await fleet.addTenant(), DOORS);
  open = DOORS.filter((door) => CALLS.includes(door.target) || unlimited.letIn.has(door));
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** The shape of an answer of which there are two. */
const shapeOf = (response: Response, text: string): string => {
  if (response.status < 400) return 'answer';
  const body = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const requestId = response.headers.get('request-id');
  if (body['type'] === 'error') return body['request_id'] === requestId ? 'envelope' : 'another envelope';
  return body['requestId'] === requestId && 'code' in body ? 'problem' : 'something else';
};

/** What every answer has; a page says which script it runs, and is asked for again each time. */
const HEADERS = Object.entries(COMMON_HEADERS);
const PAGES = ['/console', '/docs'];
const OF_A_PAGE: Readonly<Record<string, RegExp>> = {
  'cache-control': /^no-cache$/,
  'content-security-policy': /^default-src 'none'; script-src 'sha256-[^']+'; .*frame-ancestors 'none'/,
};

/** The headers of an answer that are not as they have to be. */
const looseHeaders = (target: string, { ok, headers }: Response): string[] =>
  HEADERS.flatMap(([name, value]) => {
    const shown = headers.get(name) ?? '';
    const page = ok && PAGES.includes(target) ? OF_A_PAGE[name] : undefined;
    return (page?.test(shown) ?? shown === value) ? [] : [`${target}: ${name}: ${shown}`];
  });

interface Walked {
  readonly loose: readonly string[];
  readonly heard: ReadonlySet<string>;
  readonly letIn: ReadonlySet<Knock>;
  readonly shapes: ReadonlyMap<string, ReadonlySet<string>>;
  /** Requests that reached the provider: messages, and questions about them. */
  readonly called: number;
  readonly counted: number;
}

/** Knocks at doors of a process, at all of them at once. */
const walk = async (caller: Caller, doors: readonly Knock[], server = fleet.servers[0]): Promise<Walked> => {
  const before = fleet.upstream.requests.length;
  const heard = new Set<string>();
  const letIn = new Set<Knock>();
  const shapes = new Map<string, Set<string>>();
  const loose: string[] = [];
  const knocking = doors.map(async (door) => {
    const { target, init } = door;
    const response = await caller.ask(target, init, server);
    const shape = shapeOf(response, await response.text());
    if (response.ok) letIn.add(door);
    loose.push(...looseHeaders(target, response));
    heard.add(`${init.method} ${target} ${response.status}`);
    shapes.set(shape, (shapes.get(shape) ?? new Set()).add(target));
  });
  await Promise.all(knocking);
  const asked = fleet.upstream.requests.slice(before).map(({ path }) => path);
  const called = asked.filter((path) => path === '/v1/messages').length;
  return { loose, heard, letIn, shapes, called, counted: asked.length - called };
};

const of = (target: string, heard: ReadonlySet<string>): string[] =>
  [...heard].flatMap((each) => (each.startsWith(`POST ${target} `) ? [each.split(' ')[2] ?? ''] : [])).toSorted();

/** By status: a run, a message, a count. Bodies of the other two are 400, but that a message can be counted as well. */
const calls = (heard: ReadonlySet<string>) => CALLS.map((target) => of(target, heard));
const refused = (...statuses: readonly number[]) => statuses.map((status) => [String(status), '400'].toSorted());

/** Two bodies that can be counted, each asked for in two forms. */
const COUNTS = 4;

it('every route is walked: without a limit, those that can call a model do, and each answer may be neither kept, framed nor run', () => {
  const { loose, heard, called, counted } = unlimited;
  expect(loose).toEqual([]);
  expect(called).toBeGreaterThan(0);
  expect(counted).toBe(COUNTS);
  expect(calls(heard)).toEqual(refused(200, 200, 200));
});

it.each([
  ['a daily budget of 0', { dailyBudgetUsd: '0' }, 402, 200],
  ['a monthly budget of 0', { monthlyBudgetUsd: '0' }, 402, 200],
  ['a rate of 0', { requestsPerMinute: 0 }, 403, 403],
  ['a rate of 0 and a small budget', { requestsPerMinute: 0, dailyBudgetUsd: '0.01' }, 403, 403],
  ['tokens of 0', { tokensPerMinute: 0 }, 403, 200],
  ['no run at a time', { maxConcurrentRuns: 0 }, 403, 200],
  ['no model allowed', { allowedModels: [] }, 403, 403],
])('no route calls a model with %s, nor has a call counted', async (_title, settings, status, count) => {
  const { heard, called, counted } = await walk(await fleet.addTenant(settings), open, fleet.servers[1]);
  expect([called, counted]).toEqual([0, count === 200 ? COUNTS : 0]);
  expect(calls(heard)).toEqual(refused(status, status, count));
});

it('no agent is run where none is allowed; messages of clients are no agent’s', async () => {
  const { heard } = await walk(await fleet.addTenant({ allowedAgents: [] }), open);
  expect(calls(heard)).toEqual(refused(403, 200, 200));
});

it.each([
  ['a budget of 0', { dailyBudgetUsd: '0' }, 402, 200],
  ['a rate of 0', { requestsPerMinute: 0 }, 403, 403],
])('no route calls a model for a key with %s', async (_title, key, status, count) => {
  const { heard, called } = await walk(await fleet.addTenant({}, key), open);
  expect(called).toBe(0);
  expect(calls(heard)).toEqual(refused(status, status, count));
});

it('no route is open to a key without its scope, and each door refuses in the shape of its clients', async () => {
  const caller = await fleet.addTenant({}, { scopes: ['runs:approve'] });
  const { loose, heard, shapes, called, counted } = await walk(caller, DOORS);
  expect(loose).toEqual([]);
  expect([called, counted, calls(heard)]).toEqual([0, 0, [['403'], ['403'], ['403']]]);
  expect([...shapes.keys()].toSorted()).toEqual(['answer', 'envelope', 'problem']);
  const isGateway = (target: string) => /^\/(?:v1|messages|models)(?:\/|$)/.test(target);
  expect([...(shapes.get('envelope') ?? [])].every(isGateway)).toBe(true);
  expect([...(shapes.get('problem') ?? [])].some(isGateway)).toBe(false);
});

it('no route calls a model whose circuit is isolated', async () => {
  const caller = await fleet.addTenant();
  const isolate = (model: string, state: string) =>
    fleet.administer('PUT', `/admin/circuits/anthropic/${model}`, { state });
  // The agent's fallback too, which would answer otherwise.
  for (const model of [MODEL, 'claude-haiku-4-5']) await isolate(model, 'isolated');
  // Each process looks at a circuit about once a second.
  for (const server of fleet.servers)
    await expect.poll(async () => (await caller.run({ task: 'a' }, {}, server)).status, { interval: 100 }).toBe(503);
  for (const server of fleet.servers) {
    const { heard, called, counted } = await walk(caller, open, server);
    expect([called, counted]).toEqual([0, 0]);
    expect(calls(heard)).toEqual(refused(503, 503, 503));
  }
  for (const model of [MODEL, 'claude-haiku-4-5']) await isolate(model, 'closed');
});
