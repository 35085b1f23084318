import { z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { type AgentsIndex, checkIndex } from '../../../lib/agent/define/checks/check-agents.ts';
import { createCatalog } from '../../../lib/run/catalog.ts';
import { agentOf, itSaysOfEach, type Mistake, startedWith, toolOf } from './mistakes.ts';

const models = { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' };
const OLD = { simple: 'claude-haiku-4-5', standard: 'claude-haiku-4-5', complex: 'claude-haiku-4-5' };
const order = toolOf({});
const node: z.ZodMiniType = z.object({
  get next() {
    return z.optional(node);
  },
});

const mistakes: readonly Mistake[] = [
  [
    'what its input may hold as a word',
    () => agentOf({ inputReads: 'private' }),
    'inputReads is a list of untrusted, private',
  ],
  ['input of a kind that there is not', () => agentOf({ inputReads: ['secret'] }), 'inputReads is a list of untrusted'],
  ['rules in a list', () => agentOf({ denyInput: ['damn'] }), 'denyInput is an object of patterns'],
  [
    'a rule of many words',
    () => startedWith({ denyInput: { 'Bad Words': 'damn' } }),
    'denyInput.Bad Words needs a name',
  ],
  [
    'a regular expression',
    () => startedWith({ denyInput: { rude: /damn/ } }),
    'denyInput.rude is a text, and no RegExp',
  ],
  [
    'a pattern that looks behind',
    () => startedWith({ denyInput: { rude: '(?<=x)damn' } }),
    'denyInput.rude has (?: look-around',
  ],
  [
    'an agent without a name',
    () => agentOf({ name: undefined }),
    'defineAgent: name is 1 to 64 of a-z 0-9 and -, as support',
  ],
  ['an agent with a blank in its name', () => agentOf({ name: 'Support Bot' }), 'defineAgent: name is 1 to 64 of a-z'],
  ['no description', () => agentOf({ description: undefined }), 'support: description is a text'],
  ['no prompt', () => agentOf({ system: ' ' }), "support: system is the agent's prompt"],
  [
    'no models',
    () => agentOf({ models: undefined }),
    "support: models lacks simple, standard, complex. Write models: { simple: 'claude-haiku-5-5'",
  ],
  [
    'a model for each but one complexity',
    () => agentOf({ models: { simple: 'a', standard: 'b' } }),
    'models lacks complex.',
  ],
  [
    'a complexity that there is not',
    () => agentOf({ models: { ...models, hard: 'a' } }),
    'models.hard is not an option. There are simple',
  ],
  ['one model', () => agentOf({ model: 'claude-haiku-5-5' }), 'model is not an option: write models: {'],
  [
    'a misspelt option',
    () => agentOf({ maxModelCall: 3 }),
    'maxModelCall is not an option. Did you mean maxModelCalls?',
  ],
  [
    'an option in another case',
    () => agentOf({ max_cost_usd: '1' }),
    'max_cost_usd is not an option. Did you mean maxCostUsd?',
  ],
  [
    'an option that there is not',
    () => agentOf({ memory: true }),
    'memory is not an option. There are name, description',
  ],
  ['sampling in the names of the API', () => agentOf({ top_p: 0.7 }), 'top_p is not an option: write topP.'],
  ['a temperature in words', () => agentOf({ temperature: 'low' }), 'temperature is a number from 0 to 1'],
  ['a temperature that is too high', () => agentOf({ temperature: 2 }), 'temperature is a number from 0 to 1'],
  ['no words to take', () => agentOf({ topP: 0 }), 'topP is a number above 0 and at most 1'],
  ['more than all words', () => agentOf({ topP: 1.1 }), 'topP is a number above 0 and at most 1'],
  ['a half word', () => agentOf({ topK: 1.5 }), 'topK is a whole number from 1 to 500'],
  ['no word', () => agentOf({ topK: 0 }), 'topK is a whole number from 1 to 500'],
  ['too many words', () => agentOf({ topK: 501 }), 'topK is a whole number from 1 to 500'],
  [
    'two ways of sampling',
    () => agentOf({ temperature: 0, topP: 0.5 }),
    'set temperature or topP: the API refuses them',
  ],
  [
    'sampling of what is thought',
    () => agentOf({ temperature: 0, thinking: 'adaptive' }),
    'temperature is refused where models think: leave temperature or thinking out',
  ],
  [
    'a part of the words of what is thought',
    () => agentOf({ topP: 0.5, thinking: { budgetTokens: 2_000 } }),
    'topP is refused where models think: leave topP or thinking out',
  ],
  [
    'so many words of what is thought',
    () => agentOf({ topK: 5, thinking: 'adaptive' }),
    'topK is refused where models think: leave topK or thinking out',
  ],
  [
    'sampling of models that take none',
    () => startedWith({ temperature: 0.7, models: { ...OLD, standard: 'claude-sonnet-5-5' } }),
    'temperature is refused by claude-sonnet-5-5: leave it out, or name models that take it (claude-opus-4-6,',
  ],
  [
    'a part of the words of models that take none',
    () => startedWith({ topP: 0.7, models: { ...OLD, complex: 'claude-opus-5-5' } }),
    'topP is refused by claude-opus-5-5: leave it out',
  ],
  [
    'so many words of models that take none',
    () => startedWith({ topK: 7, models: { ...OLD, simple: 'claude-haiku-5-5' } }),
    'topK is refused by claude-haiku-5-5: leave it out',
  ],
  ['thinking in words', () => agentOf({ thinking: 'hard' }), "thinking is 'adaptive', 'off' or { budgetTokens: 2000 }"],
  [
    'thinking in the form of the API',
    () => agentOf({ thinking: { type: 'enabled', budget_tokens: 2_000 } }),
    'thinking.type is not an option. There are budgetTokens',
  ],
  [
    'more thinking than output',
    () => agentOf({ thinking: { budgetTokens: 4_096 } }),
    'thinking.budgetTokens is a whole number from 1,024, and below maxOutputTokens, which is 4,096',
  ],
  [
    'a budget for models that choose it themselves',
    () => startedWith({ thinking: { budgetTokens: 2_000 } }),
    'thinking: { budgetTokens } is refused by claude-haiku-5-5, claude-sonnet-5-5, claude-opus-5-5',
  ],
  [
    'no thinking of models that always think',
    () => startedWith({ thinking: 'off' }),
    "thinking: 'off' is refused by claude-sonnet-5-5, claude-opus-5-5: leave it out",
  ],
  [
    'adaptive thinking of older models',
    () => startedWith({ thinking: 'adaptive', models: OLD }),
    "thinking: 'adaptive' is refused by claude-haiku-4-5",
  ],
  ['tools by name', () => agentOf({ tools: ['order'] }), 'tools[0] is no tool: import one that defineTool has made'],
  ['tools that are not loaded yet', () => agentOf({ tools: [order, undefined] }), 'tools[1] is no tool'],
  ['one tool for a list', () => agentOf({ tools: order }), 'tools is a list, as [orderStatus]'],
  [
    'two tools of one name',
    () => agentOf({ tools: [order, toolOf({})] }),
    'two of its tools have the same name, order: rename one',
  ],
  ['a limit of none', () => agentOf({ maxModelCalls: 0 }), 'maxModelCalls is a whole number from 1'],
  ['a limit in words', () => agentOf({ maxOutputTokens: '4096' }), 'maxOutputTokens is a whole number from 1'],
  ['a pattern that there is not', () => agentOf({ pattern: 'plan' }), "pattern is 'react' or 'reflection'"],
  ['a lifetime alone', () => agentOf({ cache: 3600 }), 'cache is an object, as { ttlSeconds: 3600 }'],
  [
    'a misspelt lifetime',
    () => agentOf({ cache: { ttlSecond: 60 } }),
    'cache.ttlSecond is not an option. Did you mean ttlSeconds?',
  ],
  [
    'a choice in words',
    () => agentOf({ cache: { ttlSeconds: 60, perUser: 'true' } }),
    'cache.perUser is true or false',
  ],
  ['rounds of no reviewer', () => agentOf({ maxRounds: 3 }), "maxRounds has no effect without pattern: 'reflection'"],
  ['an empty message', () => agentOf({ fallbackMessage: '' }), 'fallbackMessage is a text that is not empty'],
  [
    'one stand-in for a list',
    () => agentOf({ fallbackModels: 'claude-haiku-4-5' }),
    "fallbackModels is a list of models, as ['claude-haiku-4-5']",
  ],
  [
    'seconds for milliseconds',
    () => agentOf({ timeoutMs: 30 }),
    'timeoutMs is a whole number of milliseconds from 1,000',
  ],
  [
    'a session kept for no time',
    () => agentOf({ sessionRetentionDays: 0 }),
    'sessionRetentionDays is a whole number from 1',
  ],
  ['money as a number', () => agentOf({ maxCostUsd: 0.05 }), "maxCostUsd is a text of US dollars, as '0.05'"],
  ['a level that no line has', () => agentOf({ logLevel: 'debug' }), 'logLevel is one of DEBUG, INFO, WARN, ERROR'],
  ['retries without end', () => agentOf({ retries: 100 }), 'retries is a whole number from 0 to 10'],
  ['an effort that there is not', () => agentOf({ effort: 'lots' }), 'effort is one of low, medium, high'],
  [
    'an effort that no model takes',
    () =>
      startedWith({
        effort: 'low',
        models: { simple: 'claude-haiku-4-5', standard: 'claude-haiku-4-5', complex: 'claude-sonnet-4-5' },
      }),
    'effort is taken by none of its models: leave it out',
  ],
  [
    'one stop sequence for a list',
    () => agentOf({ stopSequences: 'END' }),
    "stopSequences is a list of at most 4 texts, as ['END']",
  ],
  [
    'an output that is JSON schema',
    () => agentOf({ output: { type: 'object' } }),
    'output is a schema, as z.strictObject({ … }) with z of ballast',
  ],
  [
    'an output that is a list',
    () => startedWith({ output: z.array(z.string()) }),
    'support: of its output, it is no object, which the API refuses: use z.strictObject',
  ],
  [
    'an output of any keys',
    () => startedWith({ output: z.object({ prices: z.record(z.string(), z.number()) }) }),
    'of its output, prices has keys of any name, which the API refuses: name them',
  ],
  [
    'an output without an end',
    () => startedWith({ output: node }),
    'next refers to itself, which the API refuses: nest to a fixed depth',
  ],
  [
    'a circuit that there is not',
    () => agentOf({ circuit: { threshold: 3 } }),
    'circuit.threshold is not an option. There are failureThreshold',
  ],
  [
    'a model without a price',
    () => startedWith({ fallbackModels: ['claude-nobody-1'] }),
    'support: claude-nobody-1 has no known price, so it is never called: name another model, or give its price in MODEL_PRICES',
  ],
  ['hooks that are one function', () => agentOf({ on: () => null }), 'on is an object of functions, as { runFinished:'],
  [
    'a hook of another name',
    () => agentOf({ on: { finished: () => null } }),
    'on.finished is not an option. There are runStarted',
  ],
  [
    'a hook that is no function',
    () => agentOf({ on: { runFinished: 'log' } }),
    'on.runFinished is a function, as ({ runId }) => … ',
  ],
  [
    'two agents of one name',
    () => createCatalog([agentOf({}), agentOf({})], () => true),
    'support: another agent has the same name: rename one',
  ],
];

describe('a mistake in agents/index.ts', () => {
  it.each<[string, object, string]>([
    ['no agent', { agents: [] }, 'agents is empty: name at least one agent in it.'],
    ['no list', { agents: { support: agentOf({}) } }, 'agents is a list of what defineAgent has made'],
    ['an agent that is not made', { agents: [{ name: 'support' }] }, 'agents is a list of what defineAgent has made'],
    ['a misspelt export', { agents: [], metric: [] }, 'it exports metric. Did you mean metrics?'],
    [
      'a misspelt hook',
      { agents: [], on: { runFinishd: () => null } },
      'on.runFinishd is not an option. Did you mean runFinished?',
    ],
    [
      'a metric with a blank',
      { agents: [], metrics: ['orders found'] },
      "metrics is a list of at most 50 names, as ['OrdersFound']",
    ],
    [
      'too many metrics',
      { agents: [], metrics: Array.from({ length: 51 }, (_, at) => `Orders${at}`) },
      'metrics is a list of at most 50 names',
    ],
    [
      'a check of a taken name',
      { agents: [], healthChecks: { claude: () => null } },
      'healthChecks is an object of at most 10',
    ],
    ['a check that is a URL', { agents: [], healthChecks: { shop: 'https://a.example' } }, 'healthChecks is an object'],
  ])('is told at the start: %s', (_mistake, index, sentence) => {
    expect(() => checkIndex(index as AgentsIndex)).toThrow(`agents/index.ts: ${sentence}`);
  });

  it('is none where there is none', () => {
    const healthChecks = { shop: async () => null };
    const index = {
      healthChecks,
      agents: [agentOf({})],
      on: { runFinished: () => null },
      metrics: ['OrdersFound'],
      other: 1,
    };
    expect(() => checkIndex(index)).not.toThrow();
  });
});

describe('a mistake in the definition of an agent', () => itSaysOfEach(mistakes));
