import { defineAgent } from 'ballast';
import { testRun } from 'ballast/testing';
import { describe, expect, it } from 'vitest';
import { withStageModels } from '../../lib/app/stage-models.ts';

const models = { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' };
const agent = defineAgent({
  name: 'support',
  description: '',
  system: 'Be brief.',
  models,
  fallbackModels: ['claude-sonnet-4-6'],
});
const isPriced = (model: string) => model !== 'claude-nobody-1';
const inStage = (text: string) => withStageModels([agent], text, isPriced)[0]?.models;

describe('the models of a stage', () => {
  it('are those that agents name, where it says nothing', () => {
    expect(inStage('')).toEqual(models);
  });

  it('are one for all, or another for some', () => {
    const haiku = 'claude-haiku-5-5';
    expect(inStage(haiku)).toEqual({ simple: haiku, standard: haiku, complex: haiku });
    expect(inStage('claude-opus-5-5=claude-sonnet-5-5')).toEqual({ ...models, complex: 'claude-sonnet-5-5' });
    expect(inStage('claude-haiku-4-5, claude-opus-5-5=claude-sonnet-5-5')).toEqual({
      simple: 'claude-haiku-4-5',
      standard: 'claude-haiku-4-5',
      complex: 'claude-sonnet-5-5',
    });
  });

  it.each([
    [
      'claude-opus-5=claude-haiku-5-5',
      'AGENT_MODELS: no agent has claude-opus-5 among its models. They have claude-haiku',
    ],
    ['claude-nobody-1', 'AGENT_MODELS: claude-nobody-1 has no known price'],
    ['claude-opus-5-5=claude-nobody-1', 'AGENT_MODELS: claude-nobody-1 has no known price'],
  ])('refuse %j at the start', (text, sentence) => {
    expect(() => inStage(text)).toThrow(sentence);
  });
});

describe('a run in a stage with cheap models', () => {
  const settings = { AGENT_MODELS: 'claude-haiku-5-5' };

  it('is answered, and paid, as by an agent that names them', async () => {
    const run = await testRun(agent, { task: 'Hello', complexity: 'complex' }, ['Hi.'], { settings });
    expect(run).toMatchObject({ model: 'claude-haiku-5-5', degraded: null, output: 'Hi.' });
    expect(run.requests.map(({ model }) => model)).toEqual(['claude-haiku-5-5']);
    const dear = await testRun(agent, { task: 'Hello', complexity: 'complex' }, ['Hi.']);
    expect(Number(run.usage?.costUsd) * 10).toBeLessThan(Number(dear.usage?.costUsd));
  });

  it('has the model that its request asks for all the same', async () => {
    const run = await testRun(agent, { task: 'Hello', model: 'claude-opus-5-5' }, ['Hi.'], { settings });
    expect(run.model).toBe('claude-opus-5-5');
  });

  it('is refused a model that its tenant is not allowed', async () => {
    const tenant = { allowedModels: ['claude-sonnet-5-5'] };
    const { error } = await testRun(agent, 'Hello', [], { settings, tenant });
    expect(error).toMatchObject({ code: 'forbidden' });
  });
});
