import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stretch } from '../stretched.ts';
import { reply, status } from '../upstream/answers.ts';
import { endAfter } from '../upstream/broken.ts';
import { bodyOf, type Fleet, startFleet } from './fleet.ts';
import { allEvents } from './sse.ts';

/** Two keys of the service's own, in the form of a pool. */
const KEYS = ['sk-ant-one', 'sk-ant-two'];

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet({ MAX_RETRIES: '1', ANTHROPIC_API_KEY: JSON.stringify(KEYS) });
});
afterAll(() => fleet[Symbol.asyncDispose]());

const since = (from: number) => fleet.upstream.requests.slice(from).filter(({ path }) => path === '/v1/messages');
const modelsSince = (from: number) => since(from).map(({ model }) => model);
const keyOf = ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
  String(headers['authorization'] ?? headers['x-api-key']).replace('Bearer ', '');
const [SONNET, HAIKU, OPUS] = ['claude-sonnet-5-5', 'claude-haiku-4-5', 'claude-opus-4-5'];

describe('a model that is overloaded', () => {
  it('gives the run to the agent’s stand-in, which the answer, the trace and the books say', async () => {
    const caller = await fleet.addTenant();
    const usage = { input: 1_000, output: 100 };
    fleet.upstream.script(SONNET, [status(529), endAfter(5, reply('half an answer', { usage }))]);
    fleet.upstream.script(HAIKU, [reply('From the stand-in.', { usage })]);
    const before = fleet.upstream.requests.length;
    const answer = await bodyOf(await caller.run({ task: 'Go.' }));
    expect(answer).toMatchObject({
      status: 'succeeded',
      output: 'From the stand-in.',
      model: HAIKU,
      degraded: { reason: 'upstream-error', servedBy: 'fallback-model' },
      usage: { modelCalls: 1 },
    });
    expect(modelsSince(before)).toEqual([SONNET, SONNET, HAIKU]);
    const trace = await bodyOf(await caller.ask(`/agent/runs/${String(answer['runId'])}/trace`));
    expect(trace['steps']).toMatchObject([{ kind: 'model', name: HAIKU, attempts: 3 }]);

    const { groups } = (await bodyOf(await caller.ask('/usage?groupBy=model'))) as {
      groups: { key: string; inputTokens: number; costUsd: string }[];
    };
    const byModel = new Map(groups.map((group) => [group.key, group]));
    // The attempt that broke off is on the books too, each at the price of the model that served it.
    expect(byModel.get(HAIKU)).toMatchObject({ inputTokens: 1_000, costUsd: '0.0015' });
    expect(byModel.get(SONNET)).toMatchObject({ inputTokens: 1_000 });
    const sum = groups.reduce((total, { costUsd }) => total + BigInt(Math.round(Number(costUsd) * 1e9)), 0n);
    expect(Number(sum)).toBe(Math.round(Number((answer['usage'] as { costUsd: string }).costUsd) * 1e9));
  });

  it('has its half answer taken back from who hears it', async () => {
    const caller = await fleet.addTenant();
    fleet.upstream.script(SONNET, [endAfter(5, reply('half an answer'))]);
    fleet.upstream.script(HAIKU, [reply('Whole.')]);
    const events = await allEvents(await caller.run({ task: 'Go.' }, { accept: 'text/event-stream' }));
    const heard = events.reduce((text, { event, data }) => {
      if (event === 'text.reset') return '';
      return event === 'text.delta' ? text + String((data as { text: string }).text) : text;
    }, '');
    expect(heard).toBe('Whole.');
    expect(events.at(-1)).toMatchObject({ event: 'run.succeeded', data: { output: 'Whole.', model: HAIKU } });
  });

  it('is followed by the tenant’s own stand-ins first', async () => {
    const caller = await fleet.addTenant({ fallbackModels: { [SONNET]: [OPUS] } });
    fleet.upstream.script(SONNET, [status(529)]);
    fleet.upstream.script(OPUS, [reply('Opus.')]);
    const before = fleet.upstream.requests.length;
    expect(await bodyOf(await caller.run({ task: 'Go.' }))).toMatchObject({ output: 'Opus.', model: OPUS });
    expect(modelsSince(before)).toEqual([SONNET, SONNET, OPUS]);
  });

  it('is followed by no model that the tenant may not use', async () => {
    const caller = await fleet.addTenant({ allowedModels: [SONNET] });
    fleet.upstream.script(SONNET, [status(529)]);
    const before = fleet.upstream.requests.length;
    const refused = await caller.run({ task: 'Go.' });
    expect(refused.status).toBe(503);
    expect(await bodyOf(refused)).toMatchObject({ code: 'upstream-overloaded' });
    expect(new Set(modelsSince(before))).toEqual(new Set([SONNET]));
  });
});

describe('a chain', () => {
  it.each([
    ['unpriced', 'claude-fable-5-2'],
    ['unknown', 'gpt-9'],
  ])('with an %s model is refused when a tenant is given it', async (_title, model) => {
    const headers = { 'content-type': 'application/json', 'x-api-key': 'ballast-dev-admin-key' };
    const body = JSON.stringify({ fallbackModels: { [SONNET]: [model] } });
    const refused = await fleet.servers[0].ask('/admin/tenants/chained', { method: 'PUT', headers, body });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(await bodyOf(refused))).toContain('fallbackModels');
  });
});

describe('keys of a pool', () => {
  it('take turns, and one that is limited is left alone by both processes while the other answers', async () => {
    const caller = await fleet.addTenant();
    const model = 'claude-opus-4-6';
    const before = fleet.upstream.requests.length;
    fleet.upstream.script(model, [status(429, { headers: { 'retry-after': '600' } }), reply('ok')]);
    const task = { task: 'Go.', model };
    expect(await bodyOf(await caller.run(task))).toMatchObject({ output: 'ok', degraded: null });
    const [limited] = since(before).map(keyOf);
    expect(KEYS).toContain(limited);
    // Every other process knows within about a second.
    await new Promise((resolve) => setTimeout(resolve, 1_200 * stretch()));
    const quiet = fleet.upstream.requests.length;
    for (const server of [...fleet.servers, ...fleet.servers]) await (await caller.run(task, {}, server)).text();
    expect(new Set(since(quiet).map(keyOf))).toEqual(new Set(KEYS.filter((key) => key !== limited)));
  });

  it('share the load', async () => {
    const caller = await fleet.addTenant();
    const model = 'claude-opus-4-7';
    const before = fleet.upstream.requests.length;
    for (const _ of [1, 2, 3, 4]) await (await caller.run({ task: 'Go.', model })).text();
    const keys = since(before).map(keyOf);
    expect(KEYS.map((key) => keys.filter((each) => each === key).length)).toEqual([2, 2]);
  });
});
