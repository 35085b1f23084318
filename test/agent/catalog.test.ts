import { expect, it } from 'vitest';
import { createCatalog } from '../../lib/agent/catalog.ts';
import { defineAgent, type AgentOptions } from '../../lib/agent/define-agent.ts';
import { agents } from '../../agents/index.ts';

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

it('two agents of one name are refused at start', () => {
  expect(() => createCatalog([agent(), agent()], isPriced)).toThrow('same name');
});

it('the assistant and the researcher fall back to Claude Haiku 4.5', () => {
  const chains = agents.filter(({ name }) => name !== 'clerk').map(({ fallbackModels }) => fallbackModels);
  expect(chains).toEqual([['claude-haiku-4-5'], ['claude-haiku-4-5']]);
});
