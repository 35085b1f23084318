import { type AgentOptions, bearer, defineAgent, defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { agents } from '#agents';
import { checkAgents } from '../../lib/agent/define/checks/check-agents.ts';
import type { Origins } from '../../lib/agent/tools/base-url.ts';
import { createCatalog } from '../../lib/run/catalog.ts';
import type { Reader } from '../../lib/run/describe-agent.ts';

const agent = (options: Partial<AgentOptions> = {}) =>
  defineAgent({
    name: 'mine',
    description: 'Mine.',
    system: 'Be brief.',
    models: { simple: 'known', standard: 'known', complex: 'known' },
    ...options,
  });
const isPriced = (model: string) => model === 'known';

it.each([
  ['a chain', { fallbackModels: ['known', 'unknown'] }],
  ['a complexity', { models: { simple: 'known', standard: 'known', complex: 'unknown' } }],
])('%s that names a model without a price is refused at start, by its name', (_title, options) => {
  expect(() => createCatalog([agent(options)], isPriced)).toThrow('mine: unknown has no known price');
});

it('a tool whose input no model could be told of is refused where a stage is started or built, by its name', () => {
  const input = z.object({ when: z.date() });
  const tool = defineTool({ name: 'when', description: '', input, run: () => 'now' });
  expect(() => checkAgents([agent({ tools: [tool] })])).toThrow(
    'when: of its input, when has a type that JSON does not have',
  );
  expect(() => checkAgents(agents)).not.toThrow();
});

it.each([
  ['supprot', 'There is no agent of this name.', 'must be one of support/sales; did you mean support?'],
  ['nobody', 'There is no agent of this name.', 'must be one of support/sales'],
  [undefined, 'The request names no agent, and there is no assistant.', 'must be one of support/sales'],
])('an agent that is not there is refused with those that are: %s', (asked, detail, message) => {
  const catalog = createCatalog([agent({ name: 'support' }), agent({ name: 'sales' })], isPriced);
  const refused = { code: 'invalid-request', message: detail, issues: [{ path: 'agent', message }] };
  expect(() => catalog.forSyncRun({ agent: asked })).toThrow(expect.objectContaining(refused));
});

it('two agents of one name are refused at start', () => {
  expect(() => createCatalog([agent(), agent()], isPriced)).toThrow('same name');
});

it('an agent with an output is listed with its JSON schema, another without', async () => {
  const output = z.strictObject({ done: z.boolean() });
  const [typed, plain] = await createCatalog([agent({ output }), agent({ name: 'other' })], isPriced).describe(
    'caller',
  );
  expect(typed).toMatchObject({ name: 'mine', output: { type: 'object', required: ['done'] } });
  expect(plain).not.toHaveProperty('output');
});

const lookUp = defineTool({
  name: 'look_up',
  description: '',
  input: z.strictObject({}),
  secrets: { shop: { description: 'Of the shop.' } },
  endpoints: {
    shop: {
      url: { dev: 'https://dev.example.com/api/', default: 'https://example.com' },
      authorization: bearer('shop'),
    },
    intern: { url: 'https://orders.example.net', network: 'private' },
    pages: { hosts: ['docs.example.com', '*.example.org'] },
  },
  timeoutMs: 4_000,
  run: () => 'found',
});
const secretive = agent({ tools: [lookUp], system: 'The recipe.', denyInput: { rude: 'bah+' }, maxCostUsd: '0.05' });
const described = async (...[reader, origins]: [Reader, Origins?]) => {
  const [shown] = await createCatalog([secretive], isPriced, origins).describe(reader);
  return shown;
};

it('an administrator is shown the prompt, the patterns of refused input and where the tools may reach', async () => {
  const overrides = new Map([['https://orders.example.net', 'http://ada:pass@localhost:9/orders?x=1']]);
  const shown = await described('administrator', { stage: 'dev', overrides });
  expect(shown).toMatchObject({ system: 'The recipe.', denyInput: { rude: 'bah+' } });
  expect(shown?.tools[0]).toMatchObject({
    endpoints: [
      { name: 'shop', url: 'https://dev.example.com/api', hosts: null, network: 'public', secret: 'shop' },
      { name: 'intern', url: 'http://localhost:9/orders', hosts: null, network: 'private', secret: null },
      { name: 'pages', url: null, hosts: ['docs.example.com', '*.example.org'], network: 'public', secret: null },
    ],
  });
});

it('any other caller is shown limits, and nothing of what the team has written for itself', async () => {
  const shown = await described('caller');
  expect(shown).toMatchObject({
    maxModelCalls: 10,
    maxOutputTokens: 4_096,
    maxToolOutputChars: 50_000,
    maxCostUsd: '0.05',
    timeoutMs: null,
    retries: null,
    tools: [{ name: 'look_up', timeoutMs: 4_000 }],
  });
  expect(JSON.stringify(shown)).not.toMatch(/recipe|bah|example|shop/);
});
