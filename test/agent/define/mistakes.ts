import { defineAgent, defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { checkAgents } from '../../../lib/agent/define/checks/check-agents.ts';
import { DefinitionError } from '../../../lib/agent/define/definition.ts';
import { createCatalog } from '../../../lib/run/catalog.ts';

/** Options as one would write them without types. */
export type Given = Readonly<Record<string, unknown>>;

const models = { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' };

export const agentOf = (given: Given) =>
  defineAgent({ name: 'support', description: '', system: 'Help.', models, ...given });

export const toolOf = (given: Given) =>
  defineTool({
    name: 'order',
    description: '',
    input: z.strictObject({ id: z.string() }),
    run: () => 'done',
    ...given,
  });

/** An agent that a stage is built and started with. */
export const startedWith = (given: Given) => {
  const agents = [agentOf(given)];
  checkAgents(agents, true);
  return createCatalog(agents, (model) => model !== 'claude-nobody-1');
};

export type Mistake = readonly [mistake: string, define: () => unknown, sentence: string];

/** Makes each mistake: what is thrown names the file in which it was made, and says what to write. */
export const itSaysOfEach = (mistakes: readonly Mistake[]): void => {
  it.each(mistakes)('%s', (_mistake, define, sentence) => {
    let said: unknown;
    try {
      define();
    } catch (error) {
      said = error;
    }
    expect(said).toBeInstanceOf(DefinitionError);
    const { message } = said as Error;
    expect(message).toContain(sentence);
    expect(message).toMatch(/^test\/agent\/define\/mistakes\.ts:\d+: .*[.?]$/s);
  });
};
