import { type AgentOptions, defineAgent, defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { agents } from '#agents';
import { checkAgents } from '../../lib/agent/define/check-agents.ts';
import { createCatalog } from '../../lib/run/catalog.ts';

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
  const [typed, plain] = await createCatalog([agent({ output }), agent({ name: 'other' })], isPriced).describe();
  expect(typed).toMatchObject({ name: 'mine', output: { type: 'object', required: ['done'] } });
  expect(plain).not.toHaveProperty('output');
});
