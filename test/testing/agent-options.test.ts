import { type AgentOptions, defineAgent } from 'ballast';
import { faults, says, testRun } from 'ballast/testing';
import { expect, it } from 'vitest';
import { keeper } from './agent.ts';

const agentWith = (options: Partial<AgentOptions>) =>
  defineAgent({ name: 'limited', description: '', system: 'Be brief.', models: keeper.models, ...options });

it('its retries take the place of the stage’s, and a tenant allows no more than it does', async () => {
  const requestsOf = async (retries: number, tenant = {}) => {
    const script = Array.from({ length: 6 }, () => faults.overloaded());
    const played = testRun(agentWith({ retries }), 'Hello', script.slice(0, 1 + Math.min(retries, 5)), { tenant });
    return (await played).requests.length;
  };
  expect(await requestsOf(0)).toBe(1);
  expect(await requestsOf(1)).toBe(2);
  const allowed = testRun(agentWith({ retries: 5 }), 'Hello', [faults.overloaded()], { tenant: { maxRetries: 0 } });
  expect((await allowed).requests).toHaveLength(1);
});

it('its time and money are those of a request that names none', async () => {
  const slow = agentWith({ timeoutMs: 5_000, retries: 0 });
  const silent = await testRun(slow, 'Hello', [faults.silent()]);
  expect(silent).toMatchObject({ status: 'failed', durationMs: 5_000 });
  const longer = await testRun(slow, { task: 'Hello', timeoutMs: 9_000 }, [faults.silent()]);
  expect(longer.durationMs).toBe(9_000);
  const capped = await testRun(slow, 'Hello', [faults.silent()], { settings: { RUN_TIMEOUT_MS: 2_000 } });
  expect(capped.durationMs).toBe(2_000);

  const cheap = agentWith({ maxCostUsd: '0.000001' });
  expect((await testRun(cheap, 'Hello', [])).error).toMatchObject({ code: 'budget-exceeded' });
  expect((await testRun(cheap, { task: 'Hello', maxCostUsd: '1' }, ['Hi.'])).output).toBe('Hi.');
});

it('its effort is what each of its models takes of it, and its stop sequences go with each call', async () => {
  const models = { ...keeper.models, simple: 'claude-haiku-4-5' };
  const agent = agentWith({ models, effort: 'xhigh', stopSequences: ['END'] });
  const sent = async (complexity: 'simple' | 'standard') =>
    (await testRun(agent, { task: 'Hello', complexity }, [says('Hi.', { stopReason: 'stop_sequence' })])).requests[0];
  expect(await sent('standard')).toMatchObject({ output_config: { effort: 'xhigh' }, stop_sequences: ['END'] });
  expect(await sent('simple')).not.toHaveProperty('output_config');
});

const OLD = { simple: 'claude-haiku-4-5', standard: 'claude-sonnet-4-6', complex: 'claude-opus-4-6' };
const waysOf = (request: object | undefined) => {
  const { model, max_tokens, temperature, top_p, top_k, thinking } = request as Readonly<Record<string, unknown>>;
  return { model, max_tokens, temperature, top_p, top_k, thinking };
};

it('its sampling goes with each call to a model that takes it, and with none to another', async () => {
  const agent = agentWith({ models: OLD, temperature: 0.2, topK: 5, fallbackModels: ['claude-haiku-5-5'], retries: 0 });
  const script = { 'claude-sonnet-4-6': [faults.overloaded()], 'claude-haiku-5-5': ['Hi.'] };
  const { requests, output } = await testRun(agent, 'Hello', script);
  expect(requests.map(waysOf)).toMatchObject([
    { model: 'claude-sonnet-4-6', temperature: 0.2, top_k: 5 },
    { model: 'claude-haiku-5-5', temperature: undefined, top_k: undefined },
  ]);
  expect(output).toBe('Hi.');
  const asked = await testRun(agent, { task: 'Hello', model: 'claude-opus-5-5' }, ['Hi.']);
  expect(waysOf(asked.requests[0])).toMatchObject({ model: 'claude-opus-5-5', temperature: undefined });
});

it('its sampling goes to a stand-in that takes it too', async () => {
  const agent = agentWith({ models: OLD, temperature: 0.2, fallbackModels: ['claude-haiku-4-5'], retries: 0 });
  const script = { 'claude-sonnet-4-6': [faults.overloaded()], 'claude-haiku-4-5': ['Hi.'] };
  const { requests } = await testRun(agent, 'Hello', script);
  expect(waysOf(requests[1])).toMatchObject({ model: 'claude-haiku-4-5', temperature: 0.2 });
});

it.each<[Partial<AgentOptions>, object]>([
  // Zero is a temperature.
  [{ temperature: 0 }, { temperature: 0 }],
  [{ topP: 0.5 }, { top_p: 0.5 }],
  [{ topK: 1 }, { top_k: 1 }],
])('its %j goes alone, and no other with it', async (options, sent) => {
  const agent = agentWith({ models: OLD, ...options, fallbackModels: ['claude-haiku-5-5'], retries: 0 });
  const script = { 'claude-sonnet-4-6': [faults.overloaded()], 'claude-haiku-5-5': ['Hi.'] };
  const { requests } = await testRun(agent, 'Hello', script);
  const none = { temperature: undefined, top_p: undefined, top_k: undefined };
  expect(requests.map(waysOf)).toMatchObject([
    { model: 'claude-sonnet-4-6', ...none, ...sent },
    { model: 'claude-haiku-5-5', ...none },
  ]);
});

it('its thinking goes with each call in the form that its model takes, within the output tokens that the money is for', async () => {
  const budget = agentWith({
    models: { ...OLD, standard: 'claude-haiku-4-5' },
    thinking: { budgetTokens: 3_000 },
    fallbackModels: ['claude-sonnet-5-5'],
    retries: 0,
  });
  const script = { 'claude-haiku-4-5': [faults.overloaded()], 'claude-sonnet-5-5': ['Hi.'] };
  const { requests } = await testRun(budget, 'Hello', script);
  expect(requests.map(waysOf)).toMatchObject([
    { model: 'claude-haiku-4-5', max_tokens: 4_096, thinking: { type: 'enabled', budget_tokens: 3_000 } },
    { model: 'claude-sonnet-5-5', thinking: undefined },
  ]);
  // Input of some 1,000 tokens, and 3,200 of output at 5 dollars a million: the answer keeps its 1,096 beside what is thought.
  const cheap = await testRun(budget, { task: 'Hello', maxCostUsd: '0.0175' }, ['Hi.']);
  const { max_tokens: most, thinking } = cheap.requests[0] as unknown as Record<string, never>;
  expect(Number(most)).toBeLessThan(4_096);
  expect(thinking).toEqual({ type: 'enabled', budget_tokens: Number(most) - 1_096 });

  const adaptive = agentWith({ models: { ...OLD, simple: 'claude-sonnet-4-6' }, thinking: 'adaptive' });
  expect(waysOf((await testRun(adaptive, 'Hello', ['Hi.'])).requests[0])).toMatchObject({
    thinking: { type: 'adaptive' },
  });
  const quiet = agentWith({ models: { ...OLD, standard: 'claude-haiku-5-5' }, thinking: 'off' });
  expect(waysOf((await testRun(quiet, 'Hello', ['Hi.'])).requests[0])).toMatchObject({
    thinking: { type: 'disabled' },
  });
});
