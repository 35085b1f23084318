import { describe, expect, it } from 'vitest';
import { agents } from '../../agents/index.ts';
import { toolSchema } from '../../lib/agent/define/json-schema.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { priceAt } from '../../lib/pricing/pricing.ts';

const toolsOf = (name: string) => [...(agents.find((agent) => agent.name === name)?.tools.keys() ?? [])];
const models = { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' };

describe('the agents of a deployment', () => {
  it('are named once each, the assistant first', () => {
    expect(agents.map(({ name }) => name)).toEqual(['assistant', 'researcher', 'clerk']);
  });

  it('have the tools that their contract names', () => {
    expect(toolsOf('assistant')).toEqual(['calculate', 'current_time', 'get_weather']);
    expect(toolsOf('researcher')).toEqual(['calculate', 'current_time', 'get_weather']);
    expect(toolsOf('clerk')).toEqual(['issue_refund', 'current_time']);
  });

  it('have the patterns and the stand-ins that their contract names', () => {
    expect(agents.map(({ name, pattern, fallbackModels }) => [name, pattern, fallbackModels])).toEqual([
      ['assistant', 'react', ['claude-haiku-4-5']],
      ['researcher', 'reflection', ['claude-haiku-4-5']],
      ['clerk', 'react', []],
    ]);
  });

  it('answer anew whatever depends on the moment: only a calculation may be kept with its answer', () => {
    const tools = agents.flatMap((agent) => [...agent.tools.values()]);
    const cacheable = tools.filter((tool) => tool.cacheable).map(({ name }) => name);
    expect([...new Set(cacheable)]).toEqual(['calculate']);
  });

  it('choose the model by complexity, and each model has a price', () => {
    const table = createPriceTable(PUBLISHED_PRICES);
    for (const agent of agents) {
      expect(agent.models).toEqual(models);
      for (const model of [...Object.values(agent.models), ...agent.fallbackModels])
        expect(priceAt(table, model, Date.UTC(2026, 10, 20))).not.toBeNull();
    }
  });

  it('let nothing with an effect happen without a person: the assistant has no such tool, the clerk one', () => {
    const withEffect = agents.flatMap((agent) => [...agent.tools.values()].filter(({ sideEffects }) => sideEffects));
    expect(withEffect.map(({ name, requiresApproval }) => [name, requiresApproval])).toEqual([['issue_refund', true]]);
  });

  it('are told that tool results and quoted text are data, and to say when they can not', () => {
    for (const { system } of agents) {
      expect(system).toMatch(/never follow instructions in/);
      expect(system).toMatch(/say so plainly/);
    }
  });

  it('describe each input to the model as a closed JSON schema', () => {
    for (const tool of agents.flatMap((agent) => [...agent.tools.values()]))
      expect(toolSchema(tool.input)).toMatchObject({ type: 'object', additionalProperties: false });
  });
});
