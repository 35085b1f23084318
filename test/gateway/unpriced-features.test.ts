import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, type FleetOfOne, startFleetOfOne } from '../api/fleet.ts';
import { reply } from '../upstream/answers.ts';
import { MODEL, paidOf, post, question } from './ask.ts';
import { readError } from './envelope.ts';

let fleet: FleetOfOne;
let unlimited: Caller;
let limited: Caller;
let byKey: Caller;
let byUser: Caller;
let trusted: Caller;
beforeAll(async () => {
  fleet = await startFleetOfOne();
  fleet.upstream.script('*', [reply()]);
  unlimited = await fleet.addTenant();
  limited = await fleet.addTenant({ monthlyBudgetUsd: '100' });
  byKey = await fleet.addTenant({}, { dailyBudgetUsd: '100' });
  byUser = await fleet.addTenant({ userDailyBudgetUsd: '100' });
  trusted = await fleet.addTenant({ dailyBudgetUsd: '100', allowUnboundedFeatures: true });
});
afterAll(() => fleet[Symbol.asyncDispose]());

const told = (block: object) => ({
  messages: [{ role: 'user', content: [block, { type: 'text', text: 'What is it?' }] }],
});
const tool = (type: string, over: object = {}) => ({ tools: [{ type, name: type.replace(/_\d+$/, ''), ...over }] });

const added = (definition: object) => ({ type: 'tool_addition', tool: { type: 'tool_definition', definition } });

/** Each costs what nobody can know before it has answered. */
const UNPRICED: readonly (readonly [string, object])[] = [
  ['a search of the web without `max_uses`', tool('web_search_20250305')],
  ['a fetch from the web without `max_uses`', tool('web_fetch_20250910')],
  ['execution of code', tool('code_execution_20250825')],
  ['a server tool that nobody knows', tool('dive_20310101')],
  ['servers of the model context protocol', { mcp_servers: [{ type: 'url', url: 'https://mcp.example', name: 'm' }] }],
  ['fallbacks of the provider’s own', { fallbacks: [{ model: 'claude-opus-5' }] }],
  ['compaction', { context_management: { edits: [{ type: 'compact_20260112' }] } }],
  ['a container', { container: 'container_1' }],
  ['a document by its URL', told({ type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } })],
  ['a document by its file’s id', told({ type: 'document', source: { type: 'file', file_id: 'file_1' } })],
  ['a file for a container', told({ type: 'container_upload', file_id: 'file_1' })],
  [
    'a search declared among the messages',
    {
      messages: [
        ...question().messages,
        { role: 'system', content: [added({ type: 'web_search_20260318', name: 'web_search' })] },
      ],
    },
  ],
  [
    'an advisor declared by a compaction',
    told({
      type: 'compaction',
      content: 'x',
      tool_changes: [added({ type: 'advisor_20260301', name: 'advisor', model: MODEL })],
    }),
  ],
  ['fallbacks that the provider chooses', { fallbacks: 'default' }],
  ['a thread', { thread: { type: 'continue', previous_message_id: 'msg_1' } }],
  ['the fast mode of a model that has no price of it', { speed: 'fast' }],
  ['a field that nobody knows', { future: [1] }],
  ['a field that nobody knows, in a block', told({ type: 'text', text: 'a', future: 1 })],
  ['a lifetime of the cache that nobody knows', { cache_control: { type: 'ephemeral', ttl: '24h' } }],
];

const PRICED: readonly (readonly [string, object])[] = [
  ['a search of the web with `max_uses`', tool('web_search_20250305', { max_uses: 2 })],
  ['a tool of the client’s own', { tools: [{ name: 'calculate', input_schema: { type: 'object' } }] }],
  ['tools that run at the client', tool('bash_20250124')],
  ['an image by its URL', told({ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } })],
  [
    'a document that is sent along',
    told({ type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' } }),
  ],
  [
    'a system message among the others',
    { messages: [...question().messages, { role: 'system', content: 'Be brief.' }] },
  ],
  ['thinking, and fields that ask for nothing', { thinking: { type: 'adaptive' }, future: null }],
  [
    'a search for tools',
    {
      tools: [
        { type: 'tool_search_tool_regex', name: 'tool_search_tool_regex' },
        { name: 'a', input_schema: { type: 'object' }, defer_loading: true },
      ],
    },
  ],
  ['the fast mode of a model that has a price of it', { model: 'claude-opus-5-5', speed: 'fast' }],
];

describe.each([
  ['JSON', {}],
  ['a stream', { stream: true }],
])('asked as %s', (_form, form) => {
  const passes = async (caller: Caller, over: object) => {
    const body = question({ ...over, ...form });
    const response = await post(caller, body);
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"ok"')]);
    expect(paidOf(fleet.upstream.requests).at(-1)?.body).toEqual({ ...body, stream: true });
  };

  it.each(UNPRICED)('%s is refused where a budget would have to hold, and only there', async (_what, over) => {
    const before = fleet.upstream.requests.length;
    for (const caller of [limited, byKey, byUser]) {
      const body = question({ metadata: { user_id: 'ann' }, ...over, ...form });
      const error = await readError(await post(caller, body));
      expect([error.status, error.type]).toEqual([422, 'invalid_request_error']);
    }
    expect(fleet.upstream.requests).toHaveLength(before);
    for (const caller of [unlimited, trusted]) await passes(caller, over);
  });

  it.each(PRICED)('%s passes untouched, budget or not', async (_what, over) => {
    for (const caller of [unlimited, limited]) await passes(caller, over);
  });
});

describe('a refusal', () => {
  it.each<[what: string, over: object, said: RegExp]>([
    [
      'what it is about, where it stands and what would bound it',
      tool('web_search_20250305'),
      /web_search_20250305.*max_uses.*allowUnboundedFeatures.*tools\.0/,
    ],
    ['that it may be left out', { future: 1 }, /future.*[Ll]eave it out.*allowUnboundedFeatures/],
    ['nothing that could be a prompt', { 'Tell me: what?': 1 }, /\(withheld\)/],
  ])('says %s', async (_, over, said) => {
    const { status, message } = await readError(await post(limited, question(over)));
    expect(status).toBe(422);
    expect(message).toMatch(said);
    expect(message).not.toContain('Tell me');
  });
});

describe('a search of the web under a small budget', () => {
  const search = tool('web_search_20250305', { max_uses: 1 });
  const never = tool('web_search_20250305', { max_uses: 0 });

  it.each<[what: string, over: object, trust: boolean, status: number]>([
    ['does not fit: what it finds is bounded by the window alone', search, false, 402],
    ['fits where it may never be made', never, false, 200],
    ['fits where the model may write nothing', { ...search, max_tokens: 0 }, false, 200],
    ['fits where an administrator has done without the bound', search, true, 200],
    ['without `max_uses` fits there too', tool('web_search_20250305'), true, 200],
  ])('%s', async (_, over, allowUnboundedFeatures, status) => {
    const small = await fleet.addTenant({ dailyBudgetUsd: '5', allowUnboundedFeatures });
    expect((await post(small, question({ model: 'claude-sonnet-5-5', ...over }))).status).toBe(status);
  });
});

describe('betas', () => {
  const headers = (betas: string) => ({ headers: { 'anthropic-beta': betas } });
  const statusOf = async (caller: Caller, betas: string, over = {}) =>
    (await post(caller, question(over), headers(betas))).status;

  it('that are on the list pass, and one that is not is refused where a limit has to hold, and named', async () => {
    const known = 'claude-code-20250219, context-management-2025-06-27,context-1m-2025-08-07';
    expect(await statusOf(limited, known)).toBe(200);
    const error = await readError(await post(limited, question(), headers(`${known},hologram-2027-01-01`)));
    expect([error.status, error.message]).toEqual([422, expect.stringMatching(/hologram-2027-01-01.*anthropic-beta/)]);
    for (const caller of [unlimited, trusted]) expect(await statusOf(caller, 'hologram-2027-01-01')).toBe(200);
  });

  it('for a larger window than that of the model’s price are refused', async () => {
    expect(await statusOf(limited, 'context-1m-2025-08-07', { model: 'claude-haiku-4-5' })).toBe(422);
  });

  it('are not the only thing beside a body: a parameter of the query that nobody knows is refused too', async () => {
    expect((await post(limited, question(), { query: '?beta=true' })).status).toBe(200);
    expect((await post(limited, question(), { query: '?beta=true&turbo=1' })).status).toBe(422);
    expect((await post(unlimited, question(), { query: '?beta=true&turbo=1' })).status).toBe(200);
  });
});
