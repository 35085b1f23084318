import { defineAgent, type Hooks } from 'ballast';
import { calls, faults, testRun } from 'ballast/testing';
import { expect, it } from 'vitest';
import { clock, keeper } from './agent.ts';

const agentWith = (on: Hooks) =>
  defineAgent({ name: 'keeper', description: '', system: 'Keep.', models: keeper.models, tools: [clock], on });
const script = () => [calls(clock), faults.overloaded(), 'It is noon.'];

it('hooks of an agent are tested with its run: what they are told, and what they measure', async () => {
  const told: string[] = [];
  const on: Hooks = {
    runStarted: ({ tenantId }) => void told.push(`started for ${tenantId}`),
    modelCalled: ({ outcome }) => void told.push(`called, ${outcome}`),
    toolFinished: ({ tool, outcome }) => void told.push(`${tool} ${outcome}`),
    runFinished: ({ status, costUsd, modelCalls }, { metric }) => {
      told.push(status);
      metric('MilliUsd', Number(costUsd) * 1_000);
      metric('ModelCalls', modelCalls);
    },
  };
  const run = await testRun(agentWith(on), 'What time is it?', script());
  expect(told).toEqual([
    'started for test',
    'called, answered',
    'clock ok',
    'called, overloaded',
    'called, answered',
    'succeeded',
  ]);
  expect(run.metrics.map(({ name }) => name)).toEqual(['MilliUsd', 'ModelCalls']);
  expect(run.metrics.at(-1)?.value).toBe(run.usage?.modelCalls);
});

it('hooks that throw, hang, are slow or meddle change and delay nothing', async () => {
  const plain = await testRun(agentWith({}), 'What time is it?', script());
  const bad: readonly Hooks[] = [
    {
      runStarted: () => {
        throw new Error('canary');
      },
      runFinished: () => Promise.reject(new Error('canary')),
    },
    { runStarted: () => new Promise(() => undefined), runFinished: () => new Promise(() => undefined) },
    { modelCalled: (_event, { signal }) => new Promise((done) => signal.addEventListener('abort', done)) },
    { runFinished: (event) => void Object.assign(event, { status: 'failed', costUsd: '0' }) },
  ];
  for (const on of bad)
    for (const run of [
      await testRun(agentWith(on), 'What time is it?', script()),
      await testRun(agentWith({}), 'What time is it?', script(), { on }),
    ]) {
      const { telemetry, ...rest } = run;
      const { telemetry: expected, ...others } = plain;
      expect(rest).toEqual(others);
      expect(telemetry.filter(({ type }) => type !== 'hook.failed')).toEqual(expected);
      expect(telemetry.some(({ type }) => type === 'hook.failed')).toBe(true);
      expect(JSON.stringify(telemetry)).not.toContain('canary');
    }
});
