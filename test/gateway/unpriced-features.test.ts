import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFleet, type Caller, type Fleet } from '../api/fleet.ts';
import { reply } from '../upstream/answers.ts';
import { paidOf, post, question } from './asking.ts';
import { readError } from './envelope.ts';

let fleet: Fleet;
let unlimited: Caller;
let limited: Caller;
let byKey: Caller;
let trusted: Caller;
beforeAll(async () => {
  fleet = await startFleet();
  fleet.upstream.script('*', [reply()]);
  unlimited = await fleet.addTenant();
  limited = await fleet.addTenant({ monthlyBudgetUsd: '100' });
  byKey = await fleet.addTenant({}, { dailyBudgetUsd: '100' });
  trusted = await fleet.addTenant({ dailyBudgetUsd: '100', allowUnboundedFeatures: true });
});
afterAll(() => fleet[Symbol.asyncDispose]());

const told = (block: object) => ({
  messages: [{ role: 'user', content: [block, { type: 'text', text: 'What is it?' }] }],
});
const tool = (type: string, over: object = {}) => ({ tools: [{ type, name: type.replace(/_\d+$/, ''), ...over }] });

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
  ['thinking, and fields that nobody knows', { thinking: { type: 'adaptive' }, future: [1] }],
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
    for (const caller of [limited, byKey]) {
      const error = await readError(await post(caller, question({ ...over, ...form })));
      expect([error.status, error.type]).toEqual([422, 'invalid_request_error']);
    }
    expect(fleet.upstream.requests).toHaveLength(before);
    for (const caller of [unlimited, trusted]) await passes(caller, over);
  });

  it.each(PRICED)('%s passes untouched, budget or not', async (_what, over) => {
    for (const caller of [unlimited, limited]) await passes(caller, over);
  });
});
